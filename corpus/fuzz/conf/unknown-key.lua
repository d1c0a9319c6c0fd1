one {
	numbr = 5,
}
