"""A machine client with a public library, which knows nothing but where the service is: metadata tells it the rest."""

import os

import requests
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc7523 import PrivateKeyJWT

# The service is on the own machine, without TLS.
os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"
base = os.environ["SAMSYN"].rstrip("/")
metadata = requests.get(f"{base}/.well-known/oauth-authorization-server", timeout=30).json()
assert metadata["issuer"] == base, metadata

ask = {"query": "{ viewer { name person { id } scopes } }"}


def client(secret, way):
    return OAuth2Session(os.environ["CLIENT_ID"], secret, token_endpoint_auth_method=way, revocation_endpoint_auth_method=way)


def works(session):
    session.fetch_token(metadata["token_endpoint"], grant_type="client_credentials", scope="ACTION_ITEM_READ")
    said = session.post(f"{base}/graphql", json=ask).json()["data"]["viewer"]
    assert said == {"name": "Ärendehantering", "person": None, "scopes": ["ACTION_ITEM_READ"]}, said
    told = session.introspect_token(metadata["introspection_endpoint"], token=session.token["access_token"]).json()
    assert told["active"] and told["scope"] == "ACTION_ITEM_READ", told
    revoked = session.revoke_token(metadata["revocation_endpoint"], token=session.token["access_token"])
    assert revoked.status_code == 200, revoked.text
    assert session.post(f"{base}/graphql", json=ask).status_code == 401


for way in ("client_secret_basic", "client_secret_post"):
    works(client(os.environ["CLIENT_SECRET"], way))

by_key = client(os.environ["PRIVATE_KEY"], "private_key_jwt")
by_key.register_client_auth_method(PrivateKeyJWT(metadata["token_endpoint"], alg="EdDSA"))
works(by_key)
