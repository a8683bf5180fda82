//! Reading and writing YAML as go-yaml v2 and v3 do, the dialect chosen per call.
