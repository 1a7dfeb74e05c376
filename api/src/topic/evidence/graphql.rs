//! Evidence in the schema.

use async_graphql::{
    ComplexObject, Context, Enum, ID, InputObject, MaybeUndefined, Object, SimpleObject,
};
use entity::{EvidenceKind, evidence, evidence_file, submission};
use sea_orm::{ColumnTrait, Condition};

use super::{intake::Intake, model::Validity, write};
use crate::{
    Result,
    access::action::{
        ArchiveEvidence, CreateEvidenceUpload, DraftEvidence, RemoveEvidenceFile, UpdateEvidence,
        UploadEvidenceFile,
    },
    graphql::{
        Links,
        filter::{among, contains},
        key::{self, Key},
        loaded::{Loaded, alone, scope, session},
        page::{List, OrderDirection, Paging, Sort, list},
        scalar::{Date, DateTime, Long},
        upload::Upload,
    },
    topic::{
        event::graphql::{Event, history},
        organisation::graphql::{Organisation, Person},
        submission::graphql::Submission,
    },
};

/// A piece of evidence in its owner's workspace: a certificate, an audit report, a test record. Only
/// its owner's organisation sees it; customers see what was handed in of it, as a `Submission`.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct Evidence {
    /// Identifies the evidence.
    pub id: ID,
    /// What it is.
    kind: EvidenceKind,
    /// What people call it.
    title: String,
    /// What it shows. Null when nobody has said.
    description: Option<String>,
    /// Who certified or audited. Null until filled in; a certificate needs it before it is handed in.
    certification_body: Option<String>,
    /// The certificate's number. Null until filled in; a certificate needs it before it is handed in.
    certificate_number: Option<String>,
    /// The standard it answers to, such as "ISO/IEC 27001:2022". Null until filled in; a certificate
    /// needs it before it is handed in.
    standard: Option<String>,
    /// What the certificate covers. Null when nobody has said.
    scope: Option<String>,
    /// First day of validity. Null until filled in; a certificate needs it before it is handed in.
    valid_from: Option<Date>,
    /// Last day of validity. Null when it does not expire; a certificate needs it before it is handed in.
    valid_until: Option<Date>,
    /// When it was drafted.
    created_at: DateTime,
    /// When it was last changed.
    updated_at: DateTime,
    /// When it was put away. Null while it is in use.
    archived_at: Option<DateTime>,
    /// Counts its changes; pass it as `expectedVersion` when changing it.
    version: i32,
    #[graphql(skip)]
    row: Loaded<evidence::Entity>,
}

impl From<Loaded<evidence::Entity>> for Evidence {
    fn from(row: Loaded<evidence::Entity>) -> Self {
        Self {
            id: key::id::<evidence::Entity>(row.id),
            kind: row.kind,
            title: row.title.clone(),
            description: row.description.clone(),
            certification_body: row.certification_body.clone(),
            certificate_number: row.certificate_number.clone(),
            standard: row.standard.clone(),
            scope: row.scope.clone(),
            valid_from: row.valid_from.map(Date),
            valid_until: row.valid_until.map(Date),
            created_at: DateTime(row.created_at),
            updated_at: DateTime(row.updated_at),
            archived_at: row.archived_at.map(DateTime),
            version: row.version,
            row,
        }
    }
}

#[ComplexObject]
impl Evidence {
    /// Whether it is valid today, told by its dates.
    async fn validity(&self, ctx: &Context<'_>) -> Result<Validity> {
        let today = scope(ctx).await?.today();
        Ok(Validity::on(
            today,
            self.row.valid_from,
            self.row.valid_until,
        ))
    }

    /// The supplier it belongs to.
    async fn owner(&self, ctx: &Context<'_>) -> Result<Organisation> {
        self.row.required(ctx, evidence::Column::OwnerId).await
    }

    /// Who drafted it. Null when an integration did.
    async fn created_by(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        self.row.one(ctx, evidence::Column::CreatedBy).await
    }

    /// Its files, oldest first.
    async fn files(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "Whether to list files that were replaced or removed, too.",
            default = false
        )]
        include_replaced: bool,
    ) -> Result<Vec<EvidenceFile>> {
        use evidence_file::Column;
        let mut files: Vec<EvidenceFile> = self
            .row
            .all(ctx, Column::EvidenceId, Column::UploadedAt)
            .await?;
        files.retain(|file| include_replaced || file.replaced_at.is_none());
        Ok(files)
    }

    /// Under which agreements it was handed in, or is being prepared for it, latest first.
    async fn submissions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many to return: up to 100, 20 when left out.")] first: Option<i32>,
        #[graphql(desc = "Return those after this cursor; the first ones when left out.")]
        after: Option<String>,
    ) -> Result<List<Submission>> {
        let sort = Sort::by(submission::Column::CreatedAt, OrderDirection::Desc);
        let evidence = submission::Column::EvidenceId;
        self.row
            .page(ctx, evidence, sort, Paging::new(first, after))
            .await
    }

    /// What happened to it, latest first.
    async fn history(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many to return: up to 100, 20 when left out.")] first: Option<i32>,
        #[graphql(desc = "Return those after this cursor; the first ones when left out.")]
        after: Option<String>,
    ) -> Result<List<Event>> {
        history(ctx, &self.row, Paging::new(first, after)).await
    }
}

/// A file of a piece of evidence. It was whole and checked before it became visible, and never changes.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct EvidenceFile {
    /// Identifies the file.
    pub id: ID,
    /// Its name as uploaded.
    name: String,
    /// What its bytes are, found by looking at them.
    media_type: String,
    /// Its length in bytes.
    size: Long,
    /// SHA-256 of its bytes, hexadecimal.
    sha256: String,
    /// When it was whole.
    uploaded_at: DateTime,
    /// When it left the working copy, because it was replaced or removed. Null while it is current.
    replaced_at: Option<DateTime>,
    #[graphql(skip)]
    row: Loaded<evidence_file::Entity>,
}

impl From<Loaded<evidence_file::Entity>> for EvidenceFile {
    fn from(row: Loaded<evidence_file::Entity>) -> Self {
        Self {
            id: key::id::<evidence_file::Entity>(row.id),
            name: row.name.clone(),
            media_type: row.media_type.clone(),
            size: Long(row.size),
            sha256: row.sha256.clone(),
            uploaded_at: DateTime(row.uploaded_at),
            replaced_at: row.replaced_at.map(DateTime),
            row,
        }
    }
}

#[ComplexObject]
impl EvidenceFile {
    /// Where to download it, with the same `Authorization` header as this API. Supports ranges.
    async fn download_url(&self, ctx: &Context<'_>) -> Result<String> {
        Ok(Links::of(ctx)?.file(&self.id))
    }

    /// Who uploaded it. Null when an integration did.
    async fn uploaded_by(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        self.row.one(ctx, evidence_file::Column::UploadedBy).await
    }

    /// What happened to it, latest first: for its owner, downloads by others included.
    async fn history(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many to return: up to 100, 20 when left out.")] first: Option<i32>,
        #[graphql(desc = "Return those after this cursor; the first ones when left out.")]
        after: Option<String>,
    ) -> Result<List<Event>> {
        history(ctx, &self.row, Paging::new(first, after)).await
    }
}

/// Leave to send the bytes of one file, once.
#[derive(SimpleObject)]
pub struct EvidenceUpload {
    /// Where to send the bytes, by one plain `PUT` (`curl -T FILE URL`), or resumably by a tus 1.0 client that
    /// has it as its endpoint. The URL is a secret: whoever has it can send the file. It works once.
    url: String,
    /// From when the URL no longer works.
    expires_at: DateTime,
}

/// By what pieces of evidence are ordered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enum)]
pub enum EvidenceOrderField {
    /// When it was drafted.
    #[default]
    CreatedAt,
    /// When it was last changed.
    UpdatedAt,
    /// Its last day of validity; evidence that does not expire comes after all dates.
    ValidUntil,
    /// Its title.
    Title,
}

/// In which order pieces of evidence are listed.
#[derive(InputObject, Default)]
pub struct EvidenceOrder {
    /// What the list is ordered by.
    #[graphql(default)]
    field: EvidenceOrderField,
    /// In which direction.
    #[graphql(default)]
    direction: OrderDirection,
}

impl EvidenceOrder {
    fn sort(&self) -> Sort<evidence::Entity> {
        let column = match self.field {
            EvidenceOrderField::CreatedAt => evidence::Column::CreatedAt,
            EvidenceOrderField::UpdatedAt => evidence::Column::UpdatedAt,
            EvidenceOrderField::ValidUntil => evidence::Column::ValidUntil,
            EvidenceOrderField::Title => evidence::Column::Title,
        };
        Sort::by(column, self.direction)
    }
}

/// Which pieces of evidence are listed; all conditions given must hold. What is left out narrows nothing.
#[derive(InputObject, Default)]
pub struct EvidenceFilter {
    /// Of one of these kinds.
    kind: Option<Vec<EvidenceKind>>,
    /// Whose title contains this text, whatever its case.
    title_contains: Option<String>,
    /// Whose last day of validity comes before this day.
    valid_until_before: Option<Date>,
    /// Whether those that were put away are listed, too.
    #[graphql(default = false)]
    include_archived: bool,
}

impl EvidenceFilter {
    fn condition(self) -> Condition {
        use evidence::Column;
        Condition::all()
            .add_option(among(Column::Kind, self.kind))
            .add_option(contains(Column::Title, self.title_contains))
            .add_option(
                self.valid_until_before
                    .map(|day| Column::ValidUntil.lt(day.0)),
            )
            .add_option((!self.include_archived).then(|| Column::ArchivedAt.is_null()))
    }
}

/// Queries of evidence.
#[derive(Default)]
pub struct EvidenceQuery;

#[Object]
impl EvidenceQuery {
    /// The evidence in the own organisation's workspace.
    async fn evidence(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which to list; all that are in use when left out.")] filter: Option<
            EvidenceFilter,
        >,
        #[graphql(desc = "In which order; oldest first when left out.")] order: Option<
            EvidenceOrder,
        >,
        #[graphql(desc = "How many to return: up to 100, 20 when left out.")] first: Option<i32>,
        #[graphql(desc = "Return those after this cursor; the first ones when left out.")]
        after: Option<String>,
    ) -> Result<List<Evidence>> {
        list(
            ctx,
            filter.unwrap_or_default().condition(),
            order.unwrap_or_default().sort(),
            Paging::new(first, after),
        )
        .await
    }
}

/// A new piece of evidence. A draft may be incomplete. What is left out stays empty.
#[derive(InputObject)]
pub struct DraftEvidenceInput {
    /// What it is.
    kind: EvidenceKind,
    /// What people call it: up to 200 characters.
    title: String,
    /// What it shows: up to 10 000 characters.
    description: Option<String>,
    /// Who certified or audited.
    certification_body: Option<String>,
    /// The certificate's number.
    certificate_number: Option<String>,
    /// The standard it answers to, such as "ISO/IEC 27001:2022".
    standard: Option<String>,
    /// What the certificate covers.
    scope: Option<String>,
    /// First day of validity.
    valid_from: Option<Date>,
    /// Last day of validity; not before the first.
    valid_until: Option<Date>,
}

impl DraftEvidenceInput {
    fn fill(self, row: &mut evidence::Model) {
        row.title = self.title;
        row.description = self.description;
        row.certification_body = self.certification_body;
        row.certificate_number = self.certificate_number;
        row.standard = self.standard;
        row.scope = self.scope;
        row.valid_from = self.valid_from.map(|day| day.0);
        row.valid_until = self.valid_until.map(|day| day.0);
    }
}

/// A change of a piece of evidence. What is left out stays; null empties what may be empty, and leaves the rest.
#[derive(InputObject)]
pub struct UpdateEvidenceInput {
    /// Which evidence.
    id: Key<evidence::Entity>,
    /// The version that the change is made on.
    expected_version: i32,
    /// What it is.
    kind: Option<EvidenceKind>,
    /// What people call it.
    title: Option<String>,
    /// What it shows.
    description: MaybeUndefined<String>,
    /// Who certified or audited.
    certification_body: MaybeUndefined<String>,
    /// The certificate's number.
    certificate_number: MaybeUndefined<String>,
    /// The standard it answers to.
    standard: MaybeUndefined<String>,
    /// What the certificate covers.
    scope: MaybeUndefined<String>,
    /// First day of validity.
    valid_from: MaybeUndefined<Date>,
    /// Last day of validity.
    valid_until: MaybeUndefined<Date>,
}

impl UpdateEvidenceInput {
    fn fill(self, row: &mut evidence::Model) {
        row.kind = self.kind.unwrap_or(row.kind);
        if let Some(title) = self.title {
            row.title = title;
        }
        self.description.update_to(&mut row.description);
        self.certification_body
            .update_to(&mut row.certification_body);
        self.certificate_number
            .update_to(&mut row.certificate_number);
        self.standard.update_to(&mut row.standard);
        self.scope.update_to(&mut row.scope);
        self.valid_from
            .map_value(|day| day.0)
            .update_to(&mut row.valid_from);
        self.valid_until
            .map_value(|day| day.0)
            .update_to(&mut row.valid_until);
    }
}

/// Which piece of evidence to put away.
#[derive(InputObject)]
pub struct ArchiveEvidenceInput {
    /// Which evidence.
    id: Key<evidence::Entity>,
    /// The version that the change is made on.
    expected_version: i32,
}

/// For which file an upload URL is wanted.
#[derive(InputObject)]
pub struct CreateEvidenceUploadInput {
    /// The evidence that the file belongs to.
    evidence_id: Key<evidence::Entity>,
    /// The file's name, with its extension: up to 200 characters.
    file_name: String,
    /// The current file that it takes the place of, which is kept; none when left out.
    replaces_file_id: Option<Key<evidence_file::Entity>>,
}

/// A small file, sent with the request.
#[derive(InputObject)]
pub struct UploadEvidenceFileInput {
    /// The evidence that the file belongs to.
    evidence_id: Key<evidence::Entity>,
    /// The file: null in the variables, and sent beside them as the GraphQL multipart request specification
    /// says. Its name, with its extension, has up to 200 characters.
    file: Upload,
    /// The current file that it takes the place of, which is kept; none when left out.
    replaces_file_id: Option<Key<evidence_file::Entity>>,
}

/// Which file to take out of the working copy.
#[derive(InputObject)]
pub struct RemoveEvidenceFileInput {
    /// Which file.
    id: Key<evidence_file::Entity>,
}

/// Mutations of evidence.
#[derive(Default)]
pub struct EvidenceMutation;

#[Object]
impl EvidenceMutation {
    /// Drafts a piece of evidence in the own organisation's workspace. Nobody else sees it.
    async fn draft_evidence(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The new evidence.")] input: DraftEvidenceInput,
    ) -> Result<Evidence> {
        let permit = session(ctx)?.permit_at_home::<DraftEvidence>().await?;
        let row = write::draft(permit, input.kind, |row| input.fill(row)).await?;
        Ok(alone(row).into())
    }

    /// Changes a piece of evidence. What has been handed in of it stays as it was; hand in again to show
    /// the change to the customer.
    async fn update_evidence(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The change.")] input: UpdateEvidenceInput,
    ) -> Result<Evidence> {
        let expected = Some(input.expected_version);
        let permit = session(ctx)?
            .permit::<UpdateEvidence>(input.id.id, expected)
            .await?;
        let row = write::update(permit, |row| input.fill(row)).await?;
        Ok(alone(row).into())
    }

    /// Puts a piece of evidence away. What has been handed in of it stays.
    async fn archive_evidence(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.")] input: ArchiveEvidenceInput,
    ) -> Result<Evidence> {
        let expected = Some(input.expected_version);
        let permit = session(ctx)?
            .permit::<ArchiveEvidence>(input.id.id, expected)
            .await?;
        Ok(alone(write::archive(permit).await?).into())
    }

    /// Makes a URL to which the bytes of one file are then sent. The file is visible once it is whole and
    /// checked. Accepted are PDF, PNG, JPEG, plain text, CSV, JSON, XML, Office and OpenDocument files,
    /// signed containers (.asice, .p7m, .eml) and ZIP.
    async fn create_evidence_upload(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "For which file.")] input: CreateEvidenceUploadInput,
    ) -> Result<EvidenceUpload> {
        let session = session(ctx)?;
        let permit = session
            .permit::<CreateEvidenceUpload>(input.evidence_id.id, None)
            .await?;
        let replaces = input.replaces_file_id.map(|file| file.id);
        let (row, secret) = write::create_upload(permit, &input.file_name, replaces).await?;
        session.shows_secret();
        Ok(EvidenceUpload {
            url: Links::of(ctx)?.upload(&secret.reveal()),
            expires_at: DateTime(row.expires_at),
        })
    }

    /// Adds a small file to a piece of evidence, sent with this very request as `multipart/form-data` (the
    /// GraphQL multipart request specification; 8 MiB in all). Accepted are the same kinds of files as by
    /// `createEvidenceUpload`, which is for larger ones.
    async fn upload_evidence_file(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The file, and where it belongs.")] input: UploadEvidenceFileInput,
    ) -> Result<EvidenceFile> {
        let session = session(ctx)?;
        let (evidence, replaces) = (
            input.evidence_id.id,
            input.replaces_file_id.map(|file| file.id),
        );
        let permit = session.permit::<UploadEvidenceFile>(evidence, None).await?;
        let file = input.file.file(ctx, "file")?;
        let owner = write::takes_file_of(&permit, replaces).await?;
        // While the bytes are inspected, others may write.
        drop(permit);
        let received = Intake::of(ctx)?.receive(owner, file).await?;
        let permit = session.permit::<UploadEvidenceFile>(evidence, None).await?;
        let row = write::upload(permit, &file.name, replaces, received).await?;
        Ok(alone(row).into())
    }

    /// Takes a file out of the working copy. Submissions that included it keep it.
    async fn remove_evidence_file(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.")] input: RemoveEvidenceFileInput,
    ) -> Result<EvidenceFile> {
        let permit = session(ctx)?
            .permit::<RemoveEvidenceFile>(input.id.id, None)
            .await?;
        Ok(alone(write::remove_file(permit).await?).into())
    }
}
