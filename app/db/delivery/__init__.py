"""What goes out to partners: changes, notices and their copies, claimed and logged; and what the app says it has."""
