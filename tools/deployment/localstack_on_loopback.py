"""Starts LocalStack on the loopback only: on IPv4 it listens everywhere, whatever GATEWAY_LISTEN says."""

import functools

from twisted.internet import endpoints

endpoints.TCP4ServerEndpoint = functools.partial(endpoints.TCP4ServerEndpoint, interface="127.0.0.1")

from localstack.runtime.main import main  # noqa: E402, after the line above

main()
