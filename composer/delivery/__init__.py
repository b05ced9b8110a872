"""What goes over the wire: one request in, one outcome out."""
