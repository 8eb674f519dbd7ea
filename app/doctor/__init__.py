"""What `flowhq doctor` looks at: each check is one function of the settings, and says in a line what to do."""
