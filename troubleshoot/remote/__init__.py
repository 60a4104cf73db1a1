"""The doors to a host. dial.py alone opens sockets; winrm.py alone imports winrm."""
