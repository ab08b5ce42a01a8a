"""Control addresses: persons at Xero's own screens, and what can be ordered of the sandbox."""
