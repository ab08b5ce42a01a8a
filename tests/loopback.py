"""What clients of this machine's own servers use: reading certificates for each would take longer than most tests."""

import ssl

NO_CERTIFICATES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
