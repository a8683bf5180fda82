module longshore/tools/oracle-go

go 1.26
