"""The agency contract over HTTP, as any agency would serve it."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, Form, Header, Path, Query, Request, Response, Security, UploadFile
from fastapi.openapi.models import OAuthFlowClientCredentials, OAuthFlows
from fastapi.security import OAuth2
from starlette.concurrency import run_in_threadpool

from connectors.agencies.contract import (
    SCOPE,
    VERSION,
    Application,
    Capabilities,
    Document,
    Event,
    Found,
    Handover,
    Information,
    NewApplication,
    NewHandover,
    NewPayment,
    PaymentPage,
    Token,
    TokenError,
)
from connectors.agencies.sandbox import problems
from connectors.agencies.sandbox.documents import Documents
from connectors.agencies.sandbox.faults import Faults, FaultyCalls
from connectors.agencies.sandbox.handovers import Handovers
from connectors.agencies.sandbox.office import Office
from connectors.agencies.sandbox.problems import Refused, responses
from connectors.agencies.sandbox.register import Register
from connectors.agencies.sandbox.tokens import Tokens

_DESCRIPTION = """\
What an agency answers so that people can start its services from Aratohu. This server plays several agencies and
belongs to none: **everything in it is invented.**

Get a token with your client credentials, start applications with an `Idempotency-Key`, read where they are, send what
was asked for, take them back. Documents are sent first and named in the answers. A fee is paid at a page of your
provider. Changes come as webhooks, signed by the Standard Webhooks scheme. Errors are RFC 9457 problem documents;
`errors` says which answer is wrong and how to mend it.
"""

_OAUTH = OAuth2(
    flows=OAuthFlows(
        clientCredentials=OAuthFlowClientCredentials(
            tokenUrl="oauth/token", scopes={SCOPE: "start, read and take back applications"}
        )
    ),
    scheme_name="oauth",
    auto_error=False,
)

routes = APIRouter()
webhooks = APIRouter()


def make(
    offices: Mapping[str, Office],
    register: Register,
    tokens: Tokens,
    faults: Faults,
    documents: Documents,
    handovers: Handovers,
) -> FastAPI:
    """The contract, answered by ``offices``. Mount it where ``{agency}`` is in the path."""
    agencies = list(offices)
    contract = problems.Documented(
        title="Agency contract",
        version=VERSION,
        description=_DESCRIPTION,
        servers=[{"url": "/{agency}/v1", "variables": {"agency": {"enum": agencies, "default": agencies[0]}}}],
        root_path_in_servers=False,
        openapi_url=None,
        redirect_slashes=False,
        generate_unique_id_function=lambda route: route.name,
    )
    contract.state.offices, contract.state.register, contract.state.tokens = offices, register, tokens
    contract.state.documents, contract.state.handovers = documents, handovers
    contract.include_router(routes)
    contract.webhooks.include_router(webhooks)
    contract.add_middleware(FaultyCalls, faults=faults)
    problems.install(contract)
    return contract


def _office(request: Request) -> Office:
    offices: Mapping[str, Office] = request.app.state.offices
    office = offices.get(str(request.path_params.get("agency", "")))
    if office is None:
        raise Refused(404, "agency", "No such agency", f"Here are {', '.join(offices)}.")
    return office


def _register(request: Request) -> Register:
    register: Register = request.app.state.register
    return register


def _allowed(
    request: Request,
    office: Annotated[Office, Depends(_office)],
    header: Annotated[str | None, Security(_OAUTH, scopes=[SCOPE])],
) -> Office:
    scheme, _, token = (header or "").partition(" ")
    tokens: Tokens = request.app.state.tokens
    challenge = f'Bearer realm="{office.id}", scope="{SCOPE}"'
    if scheme.lower() != "bearer" or not token:
        raise Refused(
            401, "token", "A token is needed", "Get one at oauth/token.", headers={"WWW-Authenticate": challenge}
        )
    if not tokens.is_good(office.id, token.strip()):
        challenge += ', error="invalid_token"'
        raise Refused(401, "token", "The token is not good", "Get a new one.", headers={"WWW-Authenticate": challenge})
    return office


Book = Annotated[Register, Depends(_register)]
Allowed = Annotated[Office, Depends(_allowed)]
Id = Annotated[str, Path(description="the agency's id of the application", max_length=200)]
Key = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        description="unique for this request; the same key and body give the same application",
        min_length=1,
        max_length=64,
    ),
]
_HEADERS = {"Location": {"description": "address of the application", "schema": {"type": "string"}}}
_RETRY = {"headers": {"Retry-After": {"description": "seconds, or an HTTP date", "schema": {"type": "string"}}}}


def _refusals(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """How an address that does something refuses: in these ways, and for now, as any can."""
    for_now = {status: refusal | _RETRY for status, refusal in responses(429, 503).items()}
    return {**responses(*statuses), **for_now}


def _as_before(response: Response, *, is_new: bool) -> None:
    """200 in place of 201 for what the same key made before."""
    if not is_new:
        response.status_code = HTTPStatus.OK


@routes.post(
    "/oauth/token",
    summary="Get an access token",
    tags=["access"],
    responses={
        400: {"model": TokenError, "description": "The request is no good"},
        401: {"model": TokenError, "description": "The credentials are wrong"},
        **responses(404, 413),
    },
)
def token(
    request: Request,
    response: Response,
    office: Annotated[Office, Depends(_office)],
    grant_type: Annotated[str, Form(description="`client_credentials`")],
    scope: Annotated[str | None, Form()] = None,
    client_id: Annotated[str | None, Form(description="or in HTTP Basic, which is better")] = None,
    client_secret: Annotated[str | None, Form()] = None,
) -> Token:
    """OAuth 2.0 client credentials (RFC 6749, section 4.4). Credentials go into HTTP Basic, or into the form."""
    tokens: Tokens = request.app.state.tokens
    response.headers["Cache-Control"] = "no-store"
    basic = request.headers.get("authorization")
    return tokens.give(office.id, grant_type, scope, basic, client_id, client_secret)


@routes.get("/capabilities", summary="What can be started", tags=["applications"], responses=responses(401, 404))
def capabilities(office: Allowed) -> Capabilities:
    """The services that can be started here, and the answers that each must and may have."""
    return office.capabilities()


@routes.post(
    "/applications",
    status_code=HTTPStatus.CREATED,
    summary="Start a service",
    tags=["applications"],
    responses={
        201: {"description": "Started", "headers": _HEADERS},
        200: {"model": Application, "description": "Started before, with the same key"},
        **_refusals(400, 401, 404, 409, 413, 422),
    },
)
def start(new: NewApplication, key: Key, office: Allowed, register: Book, response: Response) -> Application:
    """Starts one application. A second call with the same key and body gives what the first one made, as it now is."""
    made, is_new = register.start(office, key, new)
    if is_new:
        response.headers["Location"] = f"/{office.id}/v1/applications/{made.id}"
    _as_before(response, is_new=is_new)
    return made


@routes.get(
    "/applications",
    summary="Whether an application arrived",
    tags=["applications"],
    responses=_refusals(401, 404, 422),
)
def find(
    office: Allowed,
    register: Book,
    reference: Annotated[str, Query(description="Aratohu's own reference", min_length=1, max_length=64)],
) -> Found:
    """The application with that reference, or none. For whoever never heard what became of a start."""
    return Found(applications=register.find(office, reference))


@routes.get(
    "/applications/{id}",
    summary="Where an application is",
    tags=["applications"],
    responses=_refusals(401, 404, 422),
)
def read(id: Id, office: Allowed, register: Book) -> Application:
    """The application, with its history."""
    return register.read(office, id)


@routes.post(
    "/applications/{id}/information",
    summary="Send what was asked for",
    tags=["applications"],
    responses=_refusals(400, 401, 404, 409, 413, 422),
)
def inform(id: Id, information: Information, key: Key, office: Allowed, register: Book) -> Application:
    """Sends more answers, while the state is `more_information_needed`. 409 when nothing was asked for."""
    return register.inform(office, id, key, information)


@routes.post(
    "/applications/{id}/withdraw",
    summary="Take an application back",
    tags=["applications"],
    responses=_refusals(401, 404, 409, 422),
)
def withdraw(id: Id, office: Allowed, register: Book) -> Application:
    """Takes it back. A second call changes nothing. 409 when the agency has decided for good."""
    return register.withdraw(office, id)


@routes.post(
    "/documents",
    status_code=HTTPStatus.CREATED,
    summary="Send a document",
    tags=["documents"],
    responses={
        201: {"description": "Taken in"},
        200: {"model": Document, "description": "Taken in before, with the same key"},
        **_refusals(400, 401, 404, 413, 422),
    },
)
async def add_document(
    request: Request,
    response: Response,
    key: Key,
    office: Allowed,
    reference: Annotated[str, Form(description="of the application that will name it", min_length=1, max_length=64)],
    fact: Annotated[str, Form(description="the answer that it is", min_length=1, max_length=64)],
    file: UploadFile,
) -> Document:
    """Takes a file in. The answer that it stands for is its `id`. Kind and size are in `/capabilities`."""
    documents: Documents = request.app.state.documents
    made, is_new = await run_in_threadpool(documents.add, office, key, reference, fact, await file.read())
    _as_before(response, is_new=is_new)
    return made


@routes.post(
    "/applications/{id}/payment",
    summary="Pay for an application",
    tags=["payment"],
    responses=_refusals(400, 401, 404, 409, 413, 422),
)
def pay(request: Request, id: Id, wanted: NewPayment, office: Allowed, register: Book) -> PaymentPage:
    """The one payment of the application, and the page where it is made. 409 when there is nothing to pay."""
    page = register.pay(office, id, wanted.return_url)
    return page.model_copy(update={"url": _here(request, f"/pay/{page.id}")}) if page.state == "due" else page


@routes.post(
    "/handovers",
    status_code=HTTPStatus.CREATED,
    summary="Hand a person over to a form",
    tags=["handovers"],
    responses={
        201: {"description": "The link is good"},
        200: {"model": Handover, "description": "Handed over before, with the same key"},
        **_refusals(400, 401, 404, 413, 422),
    },
)
def hand_over(request: Request, new: NewHandover, key: Key, office: Allowed, response: Response) -> Handover:
    """Keeps the answers for a link that opens once. There is nothing of them in the link."""
    handovers: Handovers = request.app.state.handovers
    token, until, is_new = handovers.add(office, key, new)
    _as_before(response, is_new=is_new)
    return Handover(url=_here(request, f"/forms/{token}"), expires_at=until)


def _here(request: Request, path: str) -> str:
    return f"{request.url.scheme}://{request.url.netloc}{path}"


@webhooks.post(
    "application.changed",
    status_code=HTTPStatus.NO_CONTENT,
    summary="An application changed",
    responses=responses(401),
)
def application_changed(event: Event) -> None:
    """Sent to the application's `callback_url`, signed in `webhook-id`, `webhook-timestamp` and `webhook-signature`.

    Answer any 2xx. Anything else is tried again with growing pauses; `410` means that you want no more of them. A
    webhook can come twice, with the same id, and out of order: `data.sequence` tells which is newer.
    """
