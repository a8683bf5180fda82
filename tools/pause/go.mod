// The process that holds the namespaces of a pod.
module longshore/tools/pause

go 1.26.0
