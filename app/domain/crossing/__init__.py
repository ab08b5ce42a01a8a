"""What may cross to the other side, and under whose number; what stays on its own."""
