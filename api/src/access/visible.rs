//! Which rows exist for an actor: one rule for every table.
//!
//! A rule is a condition in SQL over the actor's organisation, areas and readable topics. Rules of
//! records that stand under others are written as "within what is visible of the parent", so that a
//! parent's rule is said once. A table without a rule cannot be read.
//!
//! Drafts are their owner's alone; handing in shows them to the customer of that agreement; what
//! several suppliers take part in is seen by each of them, and nothing else of the others is.

use entity::{
    CommentAudience, OrganisationKind, ReviewState, SearchKind, Topic, action_item,
    action_item_evidence, action_item_step, agenda_item, agreement, api_token, comment, decision,
    email_domain, event, event_audience, event_mark, evidence, evidence_file, evidence_request,
    forum, forum_membership, identity_provider, linked_identity, meeting, organisation, person,
    resumable_upload, risk, risk_acceptance, risk_analysis, risk_analysis_participant,
    role_assignment, saved_view, search_entry, search_word, session, submission, submission_file,
    submission_round, support_grant, upload, upload_part,
};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, Iterable, QueryFilter, QuerySelect, QueryTrait,
    sea_query::{Expr, SelectStatement},
};

use super::{Actor, Areas};

/// The rule of visibility of a table.
pub trait Visible: EntityTrait<Model: Sync, Column: Send + Sync> {
    /// The topics it belongs to: reading needs at least one of them.
    fn topics() -> &'static [Topic];
    /// The condition that a row satisfies if it exists for the actor.
    fn visible(actor: &Actor) -> Condition;
}

/// The values of `column` in the rows of `E` that exist for the actor.
fn within<E: Visible>(actor: &Actor, column: E::Column) -> SelectStatement {
    select::<E>(column, E::visible(actor))
}

fn select<E: EntityTrait>(column: E::Column, condition: Condition) -> SelectStatement {
    E::find()
        .select_only()
        .column(column)
        .filter(condition)
        .into_query()
}

/// True of no row.
fn nothing() -> Expr {
    Expr::cust("1 = 0")
}

fn never() -> Condition {
    Condition::all().add(nothing())
}

/// A condition on the service area; an actor who sees every area needs none.
fn in_areas(actor: &Actor, column: impl ColumnTrait) -> Condition {
    match actor.areas() {
        Areas::All => Condition::all(),
        Areas::Only(areas) if areas.is_empty() => never(),
        Areas::Only(areas) => Condition::all().add(column.is_in(areas)),
    }
}

/// The person's alone; an integration has none.
fn own(actor: &Actor, organisation: impl ColumnTrait, person: impl ColumnTrait) -> Condition {
    match actor.person {
        Some(id) => Condition::all()
            .add(organisation.eq(actor.organisation))
            .add(person.eq(id)),
        None => never(),
    }
}

/// The customer's side of a record under an agreement: its own, in the actor's areas.
fn as_customer(actor: &Actor, customer: impl ColumnTrait, area: impl ColumnTrait) -> Condition {
    Condition::all()
        .add(customer.eq(actor.organisation))
        .add(in_areas(actor, area))
}

macro_rules! visible {
    ($($table:ident: [$($topic:ident),+], |$actor:ident| $rule:expr;)*) => {
        $(impl Visible for $table::Entity {
            fn topics() -> &'static [Topic] {
                &[$(Topic::$topic),+]
            }

            fn visible($actor: &Actor) -> Condition {
                use $table::Column;
                $rule
            }
        })*
    };
}

visible! {
    // Oneself, those one has agreements with, and those one sits in a forum or an analysis with.
    organisation: [Directory], |actor| Condition::any()
        .add(Column::Id.eq(actor.organisation))
        .add(Column::Id.in_subquery(within::<agreement::Entity>(actor, agreement::Column::CustomerId)))
        .add(Column::Id.in_subquery(within::<agreement::Entity>(actor, agreement::Column::SupplierId)))
        .add(Column::Id.in_subquery(within::<forum::Entity>(actor, forum::Column::CustomerId)))
        .add(Column::Id.in_subquery(within::<forum_membership::Entity>(
            actor,
            forum_membership::Column::OrganisationId,
        )))
        .add(Column::Id.in_subquery(participants_of_visible_analyses(actor)));

    // Colleagues, the people of those one has agreements with, and fellow members of forums.
    person: [Directory], |actor| Condition::any()
        .add(Column::OrganisationId.eq(actor.organisation))
        .add(Column::OrganisationId.in_subquery(within::<agreement::Entity>(actor, agreement::Column::CustomerId)))
        .add(Column::OrganisationId.in_subquery(within::<agreement::Entity>(actor, agreement::Column::SupplierId)))
        .add(Column::Id.in_subquery(select::<forum_membership::Entity>(
            forum_membership::Column::PersonId,
            forum_membership::Entity::visible(actor).add(forum_membership::Column::PersonId.is_not_null()),
        )));

    role_assignment: [Directory], |actor| Condition::all()
        .add(Column::PersonId.in_subquery(select::<person::Entity>(
            person::Column::Id,
            Condition::all().add(person::Column::OrganisationId.eq(actor.organisation)),
        )));

    agreement: [Directory], |actor| Condition::any()
        .add(as_customer(actor, Column::CustomerId, Column::ServiceArea))
        .add(Column::SupplierId.eq(actor.organisation));

    // One's own tokens; with the administrator's role, the organisation's.
    api_token: [Directory], |actor| {
        let own = Condition::all().add(Column::OrganisationId.eq(actor.organisation));
        match actor.person {
            _ if actor.may_read(Topic::Administration) => own,
            Some(person) if actor.has_scope(super::TokenScope::AdministrationRead) => {
                own.add(Column::PersonId.eq(person))
            }
            _ => never(),
        }
    };

    // One's own sessions; with the administrator's role, the organisation's.
    session: [Directory], |actor| {
        let own = Condition::all().add(Column::OrganisationId.eq(actor.organisation));
        match actor.person {
            _ if actor.may_read(Topic::Administration) => own,
            Some(person) if actor.has_scope(super::TokenScope::AdministrationRead) => {
                own.add(Column::PersonId.eq(person))
            }
            _ => never(),
        }
    };

    // What one keeps for oneself.
    saved_view: [Directory], |actor| own(actor, Column::OrganisationId, Column::PersonId);

    event_mark: [Directory], |actor| own(actor, Column::OrganisationId, Column::Id);

    identity_provider: [Administration], |actor| Condition::all().add(Column::OrganisationId.eq(actor.organisation));

    email_domain: [Administration], |actor| Condition::all().add(Column::OrganisationId.eq(actor.organisation));

    support_grant: [Administration], |actor| Condition::all().add(Column::OrganisationId.eq(actor.organisation));

    linked_identity: [Administration], |actor| Condition::all().add(Column::OrganisationId.eq(actor.organisation));

    evidence: [Evidence], |actor| Condition::all().add(Column::OwnerId.eq(actor.organisation));

    // The owner's, and what was part of something handed in to the actor.
    evidence_file: [Evidence], |actor| Condition::any()
        .add(Column::OwnerId.eq(actor.organisation))
        .add(Column::Id.in_subquery(within::<submission_file::Entity>(actor, submission_file::Column::FileId)));

    upload: [Evidence], |actor| Condition::all().add(Column::OwnerId.eq(actor.organisation));

    resumable_upload: [Evidence], |actor| Condition::all().add(Column::OwnerId.eq(actor.organisation));

    upload_part: [Evidence], |actor| Condition::all().add(Column::OwnerId.eq(actor.organisation));

    submission: [Evidence, Risk], |actor| {
        let evidence = Condition::all().add(Column::EvidenceId.is_not_null()).add(
            Condition::any().add(Column::SupplierId.eq(actor.organisation)).add(
                as_customer(actor, Column::CustomerId, Column::ServiceArea)
                    .add(Column::State.ne(ReviewState::Draft)),
            ),
        );
        let analyses = Condition::all().add(
            Column::RiskAnalysisId.in_subquery(within::<risk_analysis::Entity>(actor, risk_analysis::Column::Id)),
        );
        readable(actor, &[(Topic::Evidence, evidence), (Topic::Risk, analyses)])
    };

    submission_round: [Evidence, Risk], |actor| Condition::all()
        .add(Column::SubmissionId.in_subquery(within::<submission::Entity>(actor, submission::Column::Id)));

    submission_file: [Evidence], |actor| Condition::all()
        .add(Column::SubmissionId.in_subquery(within::<submission::Entity>(actor, submission::Column::Id)));

    evidence_request: [Evidence], |actor| Condition::any()
        .add(as_customer(actor, Column::CustomerId, Column::ServiceArea))
        .add(Column::SupplierId.eq(actor.organisation));

    risk_analysis: [Risk], |actor| Condition::all().add(in_areas(actor, Column::ServiceArea)).add(
        Condition::any()
            .add(Column::OwnerId.eq(actor.organisation))
            .add(Column::Id.in_subquery(joined_analyses(actor))),
    );

    // What stands under an analysis is of the same area, and its owner takes part, too: to look at who takes
    // part is to look at the analysis, and spares every statement over risks from doing that as well.
    risk_analysis_participant: [Risk], |actor| Condition::all().add(in_areas(actor, Column::ServiceArea)).add(
        Condition::any()
            .add(Column::OrganisationId.eq(actor.organisation))
            .add(Column::RiskAnalysisId.in_subquery(joined_analyses(actor))),
    );

    risk: [Risk], |actor| Condition::all()
        .add(in_areas(actor, Column::ServiceArea))
        .add(Column::RiskAnalysisId.in_subquery(joined_analyses(actor)));

    risk_acceptance: [Risk], |actor| Condition::all()
        .add(in_areas(actor, Column::ServiceArea))
        .add(Column::RiskAnalysisId.in_subquery(joined_analyses(actor)));

    // The customer's own, in the actor's areas, and those one's organisation or oneself belongs to.
    forum: [Directory], |actor| {
        let membership = match (actor.kind, actor.person) {
            (OrganisationKind::Supplier, _) => {
                forum_membership::Column::OrganisationId.eq(actor.organisation)
            }
            (OrganisationKind::Municipality, Some(person)) => forum_membership::Column::PersonId.eq(person),
            (OrganisationKind::Municipality, None) => nothing(),
        };
        let joined = select::<forum_membership::Entity>(
            forum_membership::Column::ForumId,
            Condition::all().add(membership),
        );
        Condition::any()
            .add(as_customer(actor, Column::CustomerId, Column::ServiceArea))
            .add(Column::Id.in_subquery(joined))
    };

    forum_membership: [Directory], |actor| Condition::all()
        .add(Column::ForumId.in_subquery(within::<forum::Entity>(actor, forum::Column::Id)));

    meeting: [Forum], |actor| Condition::all()
        .add(Column::ForumId.in_subquery(within::<forum::Entity>(actor, forum::Column::Id)));

    agenda_item: [Forum], |actor| Condition::all()
        .add(Column::MeetingId.in_subquery(within::<meeting::Entity>(actor, meeting::Column::Id)));

    decision: [Forum], |actor| Condition::all()
        .add(Column::MeetingId.in_subquery(within::<meeting::Entity>(actor, meeting::Column::Id)));

    // The customer's own, in the actor's areas; what the actor's supplier, or the actor, shall do; and
    // what is followed in a forum that the actor sees.
    action_item: [ActionItem], |actor| {
        let assigned = match (actor.kind, actor.person) {
            (OrganisationKind::Supplier, _) => Column::AssigneeOrganisationId.eq(actor.organisation),
            (OrganisationKind::Municipality, Some(person)) => Column::AssigneeId.eq(person),
            (OrganisationKind::Municipality, None) => nothing(),
        };
        Condition::any()
            .add(as_customer(actor, Column::CustomerId, Column::ServiceArea))
            .add(assigned)
            .add(Column::ForumId.in_subquery(within::<forum::Entity>(actor, forum::Column::Id)))
    };

    action_item_step: [ActionItem], |actor| Condition::all()
        .add(Column::ActionItemId.in_subquery(within::<action_item::Entity>(actor, action_item::Column::Id)));

    action_item_evidence: [ActionItem], |actor| Condition::all()
        .add(Column::ActionItemId.in_subquery(within::<action_item::Entity>(actor, action_item::Column::Id)))
        .add(Column::SubmissionId.in_subquery(within::<submission::Entity>(actor, submission::Column::Id)));

    comment: [Evidence, Risk, ActionItem], |actor| {
        let audience = Condition::any()
            .add(Column::Audience.eq(CommentAudience::Shared))
            .add(Column::OrganisationId.eq(actor.organisation));
        let on = |condition| Condition::all().add(condition);
        readable(actor, &[
            (Topic::Evidence, on(Column::SubmissionId.in_subquery(
                within::<submission::Entity>(actor, submission::Column::Id)))),
            (Topic::Evidence, on(Column::EvidenceRequestId.in_subquery(
                within::<evidence_request::Entity>(actor, evidence_request::Column::Id)))),
            (Topic::Risk, on(Column::RiskAnalysisId.in_subquery(
                within::<risk_analysis::Entity>(actor, risk_analysis::Column::Id)))),
            (Topic::ActionItem, on(Column::ActionItemId.in_subquery(
                within::<action_item::Entity>(actor, action_item::Column::Id)))),
        ]).add(audience)
    };

    search_word: [Directory], |actor| Condition::all()
        .add(Column::EntryId.in_subquery(within::<search_entry::Entity>(actor, search_entry::Column::Id)));

    // What the organisation is told of, of the topics and areas that the actor reads.
    event: [Directory], |actor| {
        let told = select::<event_audience::Entity>(
            event_audience::Column::EventId,
            Condition::all().add(event_audience::Column::OrganisationId.eq(actor.organisation)),
        );
        let topics = Topic::iter().filter(|topic| actor.may_read(*topic));
        Condition::all()
            .add(Column::Id.in_subquery(told))
            .add(Column::Topic.is_in(topics))
            .add(
                Condition::any()
                    .add(in_areas(actor, Column::ServiceArea))
                    .add(Column::Topic.eq(Topic::Administration)),
            )
    };

    event_audience: [Directory], |actor| Condition::all()
        .add(Column::OrganisationId.eq(actor.organisation))
        .add(Column::EventId.in_subquery(within::<event::Entity>(actor, event::Column::Id)));
}

/// What is found is what is seen.
impl Visible for search_entry::Entity {
    fn topics() -> &'static [Topic] {
        &[Topic::Directory]
    }

    fn visible(actor: &Actor) -> Condition {
        let all: Vec<_> = SearchKind::iter().collect();
        entries(actor, &all, None)
    }
}

/// The entries of these kinds whose records exist for the actor; where `among` names ids, only those are looked at.
pub(super) fn entries(
    actor: &Actor,
    kinds: &[SearchKind],
    among: Option<&SelectStatement>,
) -> Condition {
    macro_rules! of {
        ($($kind:ident: $table:ident),* $(,)?) => {
            |kind| match kind {
                $(SearchKind::$kind => entries_of::<$table::Entity>(actor, $table::Column::Id, among),)*
            }
        };
    }
    let of = of! {
        ActionItem: action_item, AgendaItem: agenda_item, Agreement: agreement, Decision: decision,
        Evidence: evidence, EvidenceRequest: evidence_request, Forum: forum, Meeting: meeting,
        Organisation: organisation, Person: person, Risk: risk, RiskAnalysis: risk_analysis,
        Submission: submission,
    };
    let any = kinds.iter().filter_map(|kind| {
        let kind_is = search_entry::Column::Kind.eq(*kind);
        of(*kind).map(|seen| Condition::all().add(kind_is).add(seen))
    });
    let any = any.fold(Condition::any(), Condition::add);
    if any.is_empty() { never() } else { any }
}

/// The entries of the records of a table, if the actor reads any.
fn entries_of<E: Visible>(
    actor: &Actor,
    id: E::Column,
    among: Option<&SelectStatement>,
) -> Option<Expr> {
    let reads = E::topics().iter().any(|topic| actor.may_read(*topic));
    let mut seen = E::visible(actor);
    if let Some(among) = among {
        seen = Condition::all()
            .add(seen)
            .add(id.in_subquery(among.clone()));
    }
    reads.then(|| search_entry::Column::Id.in_subquery(select::<E>(id, seen)))
}

/// The analyses that the actor's organisation takes part in.
fn joined_analyses(actor: &Actor) -> SelectStatement {
    select::<risk_analysis_participant::Entity>(
        risk_analysis_participant::Column::RiskAnalysisId,
        Condition::all()
            .add(risk_analysis_participant::Column::OrganisationId.eq(actor.organisation)),
    )
}

fn participants_of_visible_analyses(actor: &Actor) -> SelectStatement {
    within::<risk_analysis_participant::Entity>(
        actor,
        risk_analysis_participant::Column::OrganisationId,
    )
}

/// Those of the alternatives whose topic the actor reads.
fn readable(actor: &Actor, alternatives: &[(Topic, Condition)]) -> Condition {
    let any = alternatives
        .iter()
        .filter(|(topic, _)| actor.may_read(*topic))
        .fold(Condition::any(), |any, (_, condition)| {
            any.add(condition.clone())
        });
    Condition::all().add(if any.is_empty() { never() } else { any })
}
