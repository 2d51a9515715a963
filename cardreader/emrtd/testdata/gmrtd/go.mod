module bangban-gmrtd

go 1.26.0

require (
	bangban v0.0.0
	github.com/gmrtd/gmrtd v0.22.1
)

require (
	github.com/aead/cmac v0.0.0-20160719120800-7af84192f0b1 // indirect
	github.com/ebfe/scard v0.0.0-20241214075232-7af069cabc25 // indirect
	github.com/osanderson/brainpool v1.0.0 // indirect
	golang.org/x/crypto v0.58.0 // indirect
	golang.org/x/text v0.43.0 // indirect
)

replace bangban => ../../../..
