"""SERVICE clauses of a query are answered by other servers, through a client with limits."""
