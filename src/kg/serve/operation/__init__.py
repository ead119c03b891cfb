"""What who runs the server needs: metrics, the request log, several processes on one port."""
