//! What the pages say, in Swedish and in English.

use axum::http::{HeaderMap, header::ACCEPT_LANGUAGE};

/// What the pages say, in one language.
pub struct Words {
    /// The language, as HTML names it.
    pub lang: &'static str,
    /// The name of the page on which one signs in.
    pub sign_in: &'static str,
    /// What that page asks for, and why.
    pub sign_in_lead: &'static str,
    /// The label of the field for the address.
    pub email: &'static str,
    /// The button that goes on.
    pub proceed: &'static str,
    /// What the demo's people are listed under.
    pub demo_people: &'static str,
    /// What they are for.
    pub demo_lead: &'static str,
    /// Stands before a reference.
    pub reference: &'static str,
    /// The link back to where one signs in.
    pub sign_in_again: &'static str,
    says: fn(Message) -> (&'static str, &'static str),
}

/// What a page tells that is not a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Message {
    /// No organisation with such addresses can be signed in to.
    UnknownDomain,
    /// What was typed is no address.
    NotAnAddress,
    /// The sign-in was begun elsewhere or too long ago.
    Expired,
    /// The organisation's provider cannot be used at the moment.
    ProviderUnavailable,
    /// The provider did not let the person in, or the person broke off.
    RefusedByProvider,
    /// The provider's answer is not to be trusted.
    NotTrusted,
    /// The organisation does not let this person in.
    NotWelcome,
    /// The organisation requires a stronger way of signing in.
    TooWeak,
    /// There were too many attempts.
    TooMany,
    /// Something failed inside.
    Failed,
    /// The person has signed out.
    SignedOut,
}

impl Words {
    /// In the language that the browser prefers; Swedish where it has no say.
    #[must_use]
    pub fn for_browser(headers: &HeaderMap) -> &'static Self {
        let wanted = headers
            .get(ACCEPT_LANGUAGE)
            .and_then(|value| value.to_str().ok());
        match prefers_english(wanted.unwrap_or_default()) {
            true => &ENGLISH,
            false => &SWEDISH,
        }
    }

    /// The heading and the text of a message.
    #[must_use]
    pub fn say(&self, message: Message) -> (&'static str, &'static str) {
        (self.says)(message)
    }
}

/// Whether English is wanted more than Swedish (RFC 9110, section 12.5.4).
fn prefers_english(accepted: &str) -> bool {
    let weight = |language: &str| {
        accepted
            .split(',')
            .filter_map(|range| {
                let (tag, weight) = range.split_once(";q=").unwrap_or((range, "1"));
                let primary = tag.trim().split('-').next()?.to_ascii_lowercase();
                (primary == language).then(|| weight.trim().parse::<f32>().unwrap_or(0.0))
            })
            .fold(0.0, f32::max)
    };
    weight("en") > weight("sv")
}

static SWEDISH: Words = Words {
    lang: "sv",
    sign_in: "Logga in",
    sign_in_lead: "Du loggar in hos din arbetsgivare. Skriv din e-postadress på arbetet, så leder vi dig dit.",
    email: "E-postadress på arbetet",
    proceed: "Fortsätt",
    demo_people: "Personer att prova som",
    demo_lead: "Det här är en demonstration: logga in som vem du vill.",
    reference: "Referens:",
    sign_in_again: "Till inloggningen",
    says: |message| match message {
        Message::UnknownDomain => (
            "Ingen inloggning för den adressen",
            "Ingen organisation med sådana adresser är ansluten. Kontrollera adressen, eller fråga den som är administratör hos dig.",
        ),
        Message::NotAnAddress => (
            "Det är ingen e-postadress",
            "Skriv en e-postadress, till exempel namn@kommunen.se.",
        ),
        Message::Expired => (
            "Inloggningen gäller inte längre",
            "Den började i en annan webbläsare eller för mer än tio minuter sedan. Börja om.",
        ),
        Message::ProviderUnavailable => (
            "Din organisations inloggning svarar inte",
            "Försök igen om en stund. Hjälper det inte, ge referensen till den som är administratör hos dig.",
        ),
        Message::RefusedByProvider => (
            "Inloggningen avbröts",
            "Din organisations inloggning släppte inte in dig, eller så avbröt du den. Börja om.",
        ),
        Message::NotTrusted => (
            "Inloggningen kunde inte godtas",
            "Svaret från din organisations inloggning stämde inte. Börja om; är det likadant igen, ge referensen till den som är administratör hos dig.",
        ),
        Message::NotWelcome => (
            "Du har ingen behörighet här",
            "Din organisation har inte gett dig tillgång till Samsyn. Den som är administratör hos dig kan lägga till dig; händelsen finns där.",
        ),
        Message::TooWeak => (
            "En säkrare inloggning krävs",
            "Din organisation kräver till exempel flerfaktorsautentisering för Samsyn. Logga in så hos din arbetsgivare och börja om.",
        ),
        Message::TooMany => ("För många försök", "Vänta en minut och försök igen."),
        Message::Failed => (
            "Något gick fel hos oss",
            "Försök igen. Hjälper det inte, uppge referensen för dem som driver tjänsten.",
        ),
        Message::SignedOut => ("Du är utloggad", "Du kan stänga fliken."),
    },
};

static ENGLISH: Words = Words {
    lang: "en",
    sign_in: "Sign in",
    sign_in_lead: "You sign in with your employer. Type your e-mail address at work, and we lead you there.",
    email: "E-mail address at work",
    proceed: "Continue",
    demo_people: "People to try it as",
    demo_lead: "This is a demonstration: sign in as whoever you like.",
    reference: "Reference:",
    sign_in_again: "To the sign-in",
    says: |message| match message {
        Message::UnknownDomain => (
            "No sign-in for this address",
            "No organisation with such addresses is connected. Check the address, or ask your administrator.",
        ),
        Message::NotAnAddress => (
            "That is no e-mail address",
            "Type an e-mail address, such as name@example.se.",
        ),
        Message::Expired => (
            "This sign-in is no longer valid",
            "It began in another browser or more than ten minutes ago. Begin again.",
        ),
        Message::ProviderUnavailable => (
            "Your organisation's sign-in does not answer",
            "Try again in a while. If that does not help, give the reference to your administrator.",
        ),
        Message::RefusedByProvider => (
            "The sign-in was broken off",
            "Your organisation's sign-in did not let you in, or you broke off. Begin again.",
        ),
        Message::NotTrusted => (
            "The sign-in could not be accepted",
            "The answer of your organisation's sign-in was not right. Begin again; if it stays so, give the reference to your administrator.",
        ),
        Message::NotWelcome => (
            "You have no access here",
            "Your organisation has not given you access to Samsyn. Your administrator can add you, and sees that you tried.",
        ),
        Message::TooWeak => (
            "A stronger sign-in is required",
            "Your organisation requires, say, multi-factor authentication for Samsyn. Sign in so with your employer, and begin again.",
        ),
        Message::TooMany => ("Too many attempts", "Wait a minute and try again."),
        Message::Failed => (
            "Something went wrong on our side",
            "Try again. If that does not help, tell those who run the service the reference.",
        ),
        Message::SignedOut => ("You are signed out", "You can close the tab."),
    },
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn swedish_unless_english_is_wanted_more() {
        for (accepted, english) in [
            ("", false),
            ("sv", false),
            ("en", true),
            ("en-GB,en;q=0.9", true),
            ("sv-SE,sv;q=0.9,en;q=0.8", false),
            ("en;q=0.8, sv;q=0.9", false),
            ("de,en;q=0.5", true),
            ("de", false),
            ("en;q=x", false),
        ] {
            assert_eq!(prefers_english(accepted), english, "{accepted}");
        }
    }
}
