"""One `make_<thing>` per noun, in a file per room."""
