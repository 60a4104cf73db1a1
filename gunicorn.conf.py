"""What every start of the web server shares: gunicorn reads this file in the folder that it is started in."""

# Gunicorn's own two seconds are meant for a proxy that opens a connection for each request. A browser, and a proxy that
# keeps its connections, may send on one just as it is shut, and the request is lost. Most proxies keep theirs for a
# minute: whoever opened it shuts it, as it should be.
keepalive = 75
