package main

import (
	"encoding/base64"
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"time"
)

// decode reads a value: JSON, numbers as float64, and {"$int": "1"}, {"$uint": "1"},
// {"$float": "NaN"}, {"$str": base64}, {"$bytes": base64}, {"$duration": "ns"}, {"$time": RFC 3339}.
func decode(input string) (interface{}, error) {
	var v interface{}
	if err := json.Unmarshal([]byte(input), &v); err != nil {
		return nil, err
	}
	return typed(v)
}

func typed(v interface{}) (interface{}, error) {
	switch v := v.(type) {
	case []interface{}:
		for i := range v {
			t, err := typed(v[i])
			if err != nil {
				return nil, err
			}
			v[i] = t
		}
		return v, nil
	case map[string]interface{}:
		for k, e := range v {
			s, isString := e.(string)
			if len(v) == 1 && isString && strings.HasPrefix(k, "$") {
				return special(k, s)
			}
			t, err := typed(e)
			if err != nil {
				return nil, err
			}
			v[k] = t
		}
		return v, nil
	}
	return v, nil
}

func special(kind, s string) (interface{}, error) {
	switch kind {
	case "$int":
		return strconv.ParseInt(s, 10, 64)
	case "$uint":
		return strconv.ParseUint(s, 10, 64)
	case "$float":
		switch s {
		case "NaN":
			return math.NaN(), nil
		case "+Inf":
			return math.Inf(1), nil
		case "-Inf":
			return math.Inf(-1), nil
		}
		return strconv.ParseFloat(s, 64)
	case "$str":
		b, err := base64.StdEncoding.DecodeString(s)
		return string(b), err
	case "$bytes":
		return base64.StdEncoding.DecodeString(s)
	case "$duration":
		n, err := strconv.ParseInt(s, 10, 64)
		return time.Duration(n), err
	case "$time":
		return time.Parse(time.RFC3339Nano, s)
	}
	return map[string]interface{}{kind: s}, nil
}
