//! `samsyn identity`: how the people of an organisation sign in.
//!
//! An organisation's administrators do this themselves in the API; the operator does it for the first of them, who
//! could not sign in otherwise, and says whose a domain is.

use std::{
    io::{self, Read},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};
use clap::Subcommand;
use entity::{identity_provider, organisation};
use serde_json::json;

use super::{SettingsArgs, print};
use crate::{
    access::Door,
    clock::Clock,
    config::Settings,
    topic::{
        identity::{
            Federation,
            federation::{BACK_CHANNEL, CALLBACK, SIGNED_OUT, client_secret_of},
            model::{domains, rules, secret_rules},
        },
        organisation::model::OrganisationNumber,
    },
    validate::Check,
};

/// Set how the people of an organisation sign in
#[derive(Debug, clap::Args)]
pub struct Args {
    /// What to do.
    #[command(subcommand)]
    pub action: Action,
    /// Where the settings come from.
    #[command(flatten)]
    pub settings: SettingsArgs,
}

/// What to do with how an organisation's people sign in.
#[derive(Debug, Subcommand)]
pub enum Action {
    /// Set the OpenID provider of an organisation
    ///
    /// The provider is asked for its metadata first. The domains are confirmed at once. What else can be set stays
    /// as it was: an administrator of the organisation sets it in the API.
    #[command(after_long_help = EXAMPLES)]
    Set {
        /// The organisation's number
        #[arg(long)]
        organisation: String,
        /// The provider's issuer identifier, exactly as its metadata has it
        #[arg(long)]
        issuer: String,
        /// As which client this service is registered with it
        #[arg(long)]
        client_id: String,
        /// A file with the client's secret, or `-` for standard input [default: no secret, PKCE alone]
        #[arg(long, value_name = "FILE")]
        client_secret_file: Option<PathBuf>,
        /// Whose addresses lead to it; may be repeated
        #[arg(long = "domain", value_name = "DOMAIN", required = true)]
        domains: Vec<String>,
        /// Take the provider's word for addresses although it does not say `email_verified`, as Entra ID does not
        #[arg(long)]
        vouches_for_email: bool,
    },
    /// Confirm that a domain is an organisation's
    ///
    /// Ask somebody of whom you know that they speak for the organisation. From then on everybody with such an
    /// address is led to the organisation's provider.
    Confirm {
        /// The organisation's number
        #[arg(long)]
        organisation: String,
        /// The domain
        #[arg(long)]
        domain: String,
    },
    /// Show how an organisation's people sign in, as JSON
    Show {
        /// The organisation's number
        #[arg(long)]
        organisation: String,
    },
}

const EXAMPLES: &str = "\
Examples:
  samsyn identity set --organisation 212000-0142 --issuer https://login.example.se/realms/kommun \\
    --client-id samsyn --client-secret-file secret.txt --domain kommun.example.se";

/// Does what was asked.
///
/// # Errors
/// When a setting or an argument is wrong, or the provider cannot be used.
pub async fn run(args: Args) -> Result<()> {
    let settings = args.settings.sources().load()?;
    let clock = Clock::system();
    let door = Door::open_for_command(settings.database.url.expose(), clock.clone()).await?;
    match args.action {
        Action::Set {
            organisation,
            issuer,
            client_id,
            client_secret_file,
            domains: given,
            vouches_for_email,
        } => {
            let home = tenant(&door, &organisation).await?;
            let mut check = Check::default();
            let named = domains(&given, &mut check);
            let federation = federation(&settings, &clock)?;
            let before = door.as_operator().provider_of(home.id).await?;
            let secret = client_secret_file.as_deref().map(read).transpose()?;
            secret_rules(secret.as_deref(), &mut check);
            let row = provider(&clock, &home, before, |row| {
                row.issuer = issuer;
                row.client_id = client_id;
                row.vouches_for_email = vouches_for_email;
            });
            let about = client_secret_of(row.id);
            let sealed = secret.map(|secret| federation.vault().seal(&about, &secret));
            let row = identity_provider::Model {
                client_secret: sealed.transpose()?,
                ..row
            };
            rules(&row, federation.allows_private(), &mut check);
            check.finish()?;
            federation.party().look_at(&row.issuer).await?;
            door.as_operator().set_provider(row).await?;
            for domain in named {
                door.as_operator().confirm_domain(home.id, &domain).await?;
            }
            show(&door, &federation, &home).await
        }
        Action::Confirm {
            organisation,
            domain,
        } => {
            let home = tenant(&door, &organisation).await?;
            let mut check = Check::default();
            let named = domains(&[domain], &mut check);
            check.finish()?;
            for domain in named {
                door.as_operator().confirm_domain(home.id, &domain).await?;
            }
            show(&door, &federation(&settings, &clock)?, &home).await
        }
        Action::Show { organisation } => {
            let home = tenant(&door, &organisation).await?;
            show(&door, &federation(&settings, &clock)?, &home).await
        }
    }
}

fn federation(settings: &Settings, clock: &Clock) -> Result<Federation> {
    let base = settings.server.base_url(settings.server.listen);
    Federation::new(&settings.identity, base, clock.clone())
}

async fn tenant(door: &Door, number: &str) -> Result<organisation::Model> {
    let number: OrganisationNumber = number.parse().context("--organisation")?;
    let found = door.as_operator().organisation(number.digits()).await?;
    match found {
        Some(organisation) => Ok(organisation),
        None => bail!(
            "there is no organisation with the number {number}; add it with `samsyn organisation create`"
        ),
    }
}

/// The row as it was, or a new one, with this in it.
fn provider(
    clock: &Clock,
    home: &organisation::Model,
    before: Option<identity_provider::Model>,
    fill: impl FnOnce(&mut identity_provider::Model),
) -> identity_provider::Model {
    let now = clock.now();
    let mut row = match before {
        Some(before) => identity_provider::Model {
            updated_at: now,
            version: before.version + 1,
            ..before
        },
        None => identity_provider::Model {
            id: clock.id(),
            organisation_id: home.id,
            issuer: String::new(),
            client_id: String::new(),
            client_secret: None,
            takes_access_tokens: false,
            vouches_for_email: false,
            just_in_time: false,
            required_claim: None,
            required_value: None,
            role_claim: None,
            role_mapping: json!([]),
            created_at: now,
            updated_at: now,
            version: 1,
        },
    };
    fill(&mut row);
    row
}

/// The secret in a file, without the line break that editors put at its end.
fn read(path: &Path) -> Result<String> {
    let text = if path == Path::new("-") {
        let mut text = String::new();
        io::stdin().read_to_string(&mut text).map(|_| text)
    } else {
        std::fs::read_to_string(path)
    };
    let text =
        text.with_context(|| format!("cannot read --client-secret-file {}", path.display()))?;
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}

async fn show(door: &Door, federation: &Federation, home: &organisation::Model) -> Result<()> {
    let provider = door.as_operator().provider_of(home.id).await?;
    let domains = door.as_operator().domains_of(home.id).await?;
    let domains = domains.iter().map(|row| {
        json!({ "domain": row.domain, "confirmedAt": row.confirmed_at.map(|at| at.to_rfc3339()) })
    });
    let shown = json!({
        "organisation": home.name,
        "issuer": provider.as_ref().map(|row| &row.issuer),
        "clientId": provider.as_ref().map(|row| &row.client_id),
        "hasClientSecret": provider.as_ref().is_some_and(|row| row.client_secret.is_some()),
        "domains": domains.collect::<Vec<_>>(),
        "redirectUri": federation.address(CALLBACK),
        "signedOutUri": federation.address(SIGNED_OUT),
        "backChannelLogoutUri": federation.address(BACK_CHANNEL),
    });
    print(&serde_json::to_string_pretty(&shown)?)
}
