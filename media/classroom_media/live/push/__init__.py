"""One room to a platform of others: RTMP and SRT, never encoded anew."""
