"""Ground floor shared by all packages (core to integrations) and the roof that wires them (settings, urls, home)."""
