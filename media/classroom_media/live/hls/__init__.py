"""One to many: a lesson as low-latency HLS, in parts of fragmented MP4."""
