//! A line to a server that can be cut and mended: what lies between service and engine when a cable is pulled.

use std::sync::Arc;

use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    sync::watch,
};

/// A line to a server, at an address of its own. Clones are the same line.
#[derive(Clone)]
pub struct Line {
    pub address: String,
    whole: Arc<watch::Sender<bool>>,
}

impl Line {
    /// A line to this address.
    pub async fn to(server: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address").to_string();
        let whole = Arc::new(watch::Sender::new(true));
        tokio::spawn(carry(listener, server.to_owned(), whole.subscribe()));
        Self { address, whole }
    }

    /// Breaks every connection, and lets no new one through.
    pub fn is_cut(&self) {
        self.whole.send_replace(false);
    }

    /// Lets connections through again.
    pub fn is_mended(&self) {
        self.whole.send_replace(true);
    }
}

async fn carry(listener: TcpListener, server: String, whole: watch::Receiver<bool>) {
    while let Ok((mut from, _)) = listener.accept().await {
        let (server, mut whole) = (server.clone(), whole.clone());
        tokio::spawn(async move {
            if !*whole.borrow() {
                return;
            }
            let Ok(mut to) = TcpStream::connect(server).await else {
                return;
            };
            tokio::select! {
                _ = copy_bidirectional(&mut from, &mut to) => {}
                _ = whole.wait_for(|whole| !whole) => {}
            }
        });
    }
}
