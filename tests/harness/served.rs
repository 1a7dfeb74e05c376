//! The real binary, serving a copy of the world.

use std::process::Child;

use super::{
    Client, Folder,
    template::{Announcement, start, stop},
};

/// The demo, serving until it is dropped.
pub struct Served {
    process: Child,
    pub announcement: Announcement,
    pub folder: Folder,
}

impl Served {
    pub fn start() -> Self {
        let folder = Folder::copy();
        let (process, announcement) = start(folder.path(), &folder.records.url());
        Self {
            process,
            announcement,
            folder,
        }
    }

    /// The first actor of the organisation with this role, as [`Actor::is`] reads them.
    pub fn client(&self, organisation: &str, role: &str) -> Client {
        self.client_with(self.token(organisation, role))
    }

    /// That actor's token.
    pub fn token(&self, organisation: &str, role: &str) -> &str {
        let found = self
            .announcement
            .actors
            .iter()
            .find(|actor| actor.is(organisation, role));
        let actor = found.unwrap_or_else(|| panic!("the world has a {role} of {organisation}"));
        &actor.token
    }

    /// Somebody with this token.
    pub fn client_with(&self, token: &str) -> Client {
        Client::new(&self.announcement.graphql, Some(token))
    }

    /// Whether the process still runs.
    pub fn is_alive(&mut self) -> bool {
        self.process
            .try_wait()
            .expect("its state can be read")
            .is_none()
    }

    /// Kills it, as a power cut does, and starts it on the same files.
    pub fn is_killed_and_starts_again(&mut self) {
        self.process.kill().expect("it can be killed");
        self.process.wait().expect("it ends");
        (self.process, self.announcement) = start(self.folder.path(), &self.folder.records.url());
    }

    /// Stops it and keeps its files.
    pub fn stop(&mut self) {
        assert!(
            stop(&mut self.process).success(),
            "it ends well when asked to"
        );
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // It may have ended already; then there is nothing to end.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
