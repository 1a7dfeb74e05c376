//! A second opinion on who sees which record: the rules of the exchange (DOMAIN: "Rules of the
//! exchange") written once more, plainly, over the whole database, for whole organisations.

use std::collections::{BTreeMap, BTreeSet};

use entity::{
    CommentAudience, OrganisationKind, ReviewState, action_item, action_item_step, agenda_item,
    agreement, api_token, comment, decision, event, event_audience, evidence, evidence_file,
    evidence_request, forum, forum_membership, identity_provider, meeting, organisation, person,
    risk, risk_acceptance, risk_analysis, risk_analysis_participant, session, submission,
    submission_file, submission_round, support_grant,
};
use sea_orm::EntityTrait;
use uuid::Uuid;

use crate::harness::Records;

/// The records that exist, by their public id, each with the organisations that see it.
pub struct Oracle {
    pub organisations: Vec<organisation::Model>,
    pub seen_by: BTreeMap<String, BTreeSet<Uuid>>,
}

type Orgs = BTreeSet<Uuid>;

impl Oracle {
    pub async fn of(records: &Records) -> Self {
        let db = records.by_hand().await;
        macro_rules! all {
            ($table:ident) => {
                $table::Entity::find()
                    .all(&db)
                    .await
                    .expect("the table can be read")
            };
        }
        let organisations = all!(organisation);
        let kinds: BTreeMap<_, _> = organisations.iter().map(|row| (row.id, row.kind)).collect();
        let (agreements, memberships) = (all!(agreement), all!(forum_membership));
        let (participants, forums) = (all!(risk_analysis_participant), all!(forum));

        let analyses: BTreeMap<Uuid, Orgs> = all!(risk_analysis)
            .into_iter()
            .map(|row| {
                let invited = participants
                    .iter()
                    .filter(|one| one.risk_analysis_id == row.id);
                (
                    row.id,
                    invited
                        .map(|one| one.organisation_id)
                        .chain([row.owner_id])
                        .collect(),
                )
            })
            .collect();
        let forum_orgs: BTreeMap<Uuid, Orgs> = forums
            .iter()
            .map(|row| {
                let members = memberships.iter().filter(|one| one.forum_id == row.id);
                let suppliers = members
                    .map(|one| one.organisation_id)
                    .filter(|id| kinds[id] == OrganisationKind::Supplier);
                (row.id, suppliers.chain([row.customer_id]).collect())
            })
            .collect();
        let submissions = all!(submission);
        let submission_orgs: BTreeMap<Uuid, Orgs> = submissions
            .iter()
            .map(|row| {
                let orgs = match row.risk_analysis_id {
                    Some(analysis) => analyses[&analysis].clone(),
                    None if row.state == ReviewState::Draft => Orgs::from([row.supplier_id]),
                    None => Orgs::from([row.supplier_id, row.customer_id]),
                };
                (row.id, orgs)
            })
            .collect();
        let items: BTreeMap<Uuid, Orgs> = all!(action_item)
            .iter()
            .map(|row| {
                let mut orgs = forum_orgs[&row.forum_id].clone();
                orgs.extend([row.customer_id, row.assignee_organisation_id]);
                (row.id, orgs)
            })
            .collect();
        let requests: BTreeMap<Uuid, Orgs> = all!(evidence_request)
            .iter()
            .map(|row| (row.id, Orgs::from([row.customer_id, row.supplier_id])))
            .collect();
        let meetings: BTreeMap<Uuid, Orgs> = all!(meeting)
            .iter()
            .map(|row| (row.id, forum_orgs[&row.forum_id].clone()))
            .collect();
        let handed_in = all!(submission_file);

        // Whom one has to do with: parties of one's agreements, and those one sits together with.
        let mut partners: BTreeMap<Uuid, Orgs> =
            kinds.keys().map(|id| (*id, Orgs::from([*id]))).collect();
        for one in &agreements {
            partners
                .entry(one.customer_id)
                .or_default()
                .insert(one.supplier_id);
            partners
                .entry(one.supplier_id)
                .or_default()
                .insert(one.customer_id);
        }
        let counterparts = partners.clone();
        let mut together: Vec<Orgs> = analyses.values().cloned().collect();
        for (forum, orgs) in &forum_orgs {
            let members = memberships
                .iter()
                .filter(|one| one.forum_id == *forum)
                .map(|one| one.organisation_id);
            together.push(orgs.iter().copied().chain(members).collect());
        }
        for orgs in together {
            for org in &orgs {
                partners.entry(*org).or_default().extend(&orgs);
            }
        }

        let mut seen_by = BTreeMap::new();
        let mut tell = |prefix: &str, id: Uuid, orgs: Orgs| {
            seen_by.insert(format!("{prefix}_{}", id.simple()), orgs);
        };
        let seers = |target: Uuid, of: &BTreeMap<Uuid, Orgs>| -> Orgs {
            of.iter()
                .filter(|(_, known)| known.contains(&target))
                .map(|(org, _)| *org)
                .collect()
        };
        for row in &organisations {
            tell("org", row.id, seers(row.id, &partners));
        }
        for row in all!(person) {
            let mut orgs = seers(row.organisation_id, &counterparts);
            for one in memberships
                .iter()
                .filter(|one| one.person_id == Some(row.id))
            {
                orgs.extend(&forum_orgs[&one.forum_id]);
            }
            tell("per", row.id, orgs);
        }
        for row in &agreements {
            tell(
                "agr",
                row.id,
                Orgs::from([row.customer_id, row.supplier_id]),
            );
        }
        for row in all!(evidence) {
            tell("evd", row.id, Orgs::from([row.owner_id]));
        }
        for row in all!(evidence_file) {
            let mut orgs = Orgs::from([row.owner_id]);
            for one in handed_in.iter().filter(|one| one.file_id == row.id) {
                orgs.extend(&submission_orgs[&one.submission_id]);
            }
            tell("fil", row.id, orgs);
        }
        for row in all!(submission_round) {
            tell("rnd", row.id, submission_orgs[&row.submission_id].clone());
        }
        for (row, orgs) in submission_orgs.clone() {
            tell("sub", row, orgs);
        }
        for (row, orgs) in requests.clone() {
            tell("req", row, orgs);
        }
        for (row, orgs) in analyses.clone() {
            tell("ana", row, orgs);
        }
        for row in all!(risk) {
            tell("rsk", row.id, analyses[&row.risk_analysis_id].clone());
        }
        for row in all!(risk_acceptance) {
            tell("acc", row.id, analyses[&row.risk_analysis_id].clone());
        }
        for row in &memberships {
            tell("mbr", row.id, forum_orgs[&row.forum_id].clone());
        }
        for (row, orgs) in forum_orgs {
            tell("for", row, orgs);
        }
        for row in all!(agenda_item) {
            tell("agi", row.id, meetings[&row.meeting_id].clone());
        }
        for row in all!(decision) {
            tell("dec", row.id, meetings[&row.meeting_id].clone());
        }
        for (row, orgs) in meetings {
            tell("mtg", row, orgs);
        }
        for row in all!(action_item_step) {
            tell("stp", row.id, items[&row.action_item_id].clone());
        }
        for (row, orgs) in items.clone() {
            tell("act", row, orgs);
        }
        for row in all!(comment) {
            let subject = row
                .submission_id
                .map(|id| &submission_orgs[&id])
                .or(row.evidence_request_id.map(|id| &requests[&id]))
                .or(row.risk_analysis_id.map(|id| &analyses[&id]))
                .or(row.action_item_id.map(|id| &items[&id]));
            let orgs = match row.audience {
                CommentAudience::Internal => Orgs::from([row.organisation_id]),
                CommentAudience::Shared => subject.cloned().unwrap_or_default(),
            };
            tell("cmt", row.id, orgs);
        }
        // Who was told of an event is decided when it is written; tests of the topics see to that.
        let mut told: BTreeMap<Uuid, Orgs> = BTreeMap::new();
        for row in all!(event_audience) {
            told.entry(row.event_id)
                .or_default()
                .insert(row.organisation_id);
        }
        for row in all!(event) {
            tell("evt", row.id, told.remove(&row.id).unwrap_or_default());
        }
        for row in all!(api_token) {
            tell("tok", row.id, Orgs::from([row.organisation_id]));
        }
        for row in all!(session) {
            tell("ses", row.id, Orgs::from([row.organisation_id]));
        }
        for row in all!(support_grant) {
            tell("sup", row.id, Orgs::from([row.organisation_id]));
        }
        for row in all!(identity_provider) {
            tell("idp", row.id, Orgs::from([row.organisation_id]));
        }
        Self {
            organisations,
            seen_by,
        }
    }

    /// The id of the organisation whose name begins so.
    pub fn organisation(&self, name: &str) -> Uuid {
        self.organisations
            .iter()
            .find(|row| row.name.starts_with(name))
            .unwrap_or_else(|| panic!("the world has {name}"))
            .id
    }
}
