//! How the bucket is called: as object_store does it, with each call a span that the store may go on with.

use http::Method;
use object_store::{
    ClientOptions,
    client::{
        HttpClient, HttpConnector, HttpError, HttpRequest, HttpResponse, HttpService,
        ReqwestConnector,
    },
};
use tracing::{Instrument, field::Empty};

use crate::telemetry::{TRACE, carrier};

/// Makes clients whose calls are traced.
#[derive(Debug, Default)]
pub(super) struct Traced(ReqwestConnector);

impl HttpConnector for Traced {
    fn connect(&self, options: &ClientOptions) -> object_store::Result<HttpClient> {
        Ok(HttpClient::new(Calls(self.0.connect(options)?)))
    }
}

#[derive(Debug)]
struct Calls(HttpClient);

#[async_trait::async_trait]
impl HttpService for Calls {
    async fn call(&self, mut request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let span = tracing::info_span!(
            target: TRACE,
            "store",
            // The path is the hash of somebody's evidence.
            otel.name = request.method().as_str(),
            otel.kind = "client",
            otel.status_code = Empty,
            http.request.method = request.method().as_str(),
            server.address = request.uri().host(),
            http.response.status_code = Empty,
        );
        let headers = span.in_scope(carrier);
        request.headers_mut().extend(headers);
        let looked_for = *request.method() == Method::HEAD || *request.method() == Method::GET;
        let answer = self.0.execute(request).instrument(span.clone()).await;
        match &answer {
            Ok(answer) => {
                let status = answer.status();
                span.record("http.response.status_code", status.as_u16());
                if status.is_server_error() || (status.is_client_error() && !looked_for) {
                    span.record("otel.status_code", "ERROR");
                }
            }
            Err(_) => {
                span.record("otel.status_code", "ERROR");
            }
        }
        answer
    }
}
