module longshore/tools/oracle-template

go 1.26
