"""What the commands do, by the functions that the API's routes use; each answers what to show."""
