"""The two families of procedure as versioned data: what each number is, and where it comes from."""
