"""What is done to samples between the decoder and the encoder. No packets, no codecs, no clock."""
