//! Go's text/template: lexer, parser, compiler, execution, errors in Go's words and positions.
