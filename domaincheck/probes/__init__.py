"""What is asked of the world: registries by RDAP and WHOIS, servers by TLS."""
