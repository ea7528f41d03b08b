module sealift.dev/test/pause

go 1.26
