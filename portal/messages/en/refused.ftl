# What the API refuses, and what to do instead. The rows of src/refused/table.rs lead here.

or = or

problem-past = Choose a time that lies ahead.
problem-days-ahead = Choose a time at most { $what } days ahead.
problem-hours-ahead = Choose a time at most { $what } hours ahead.
problem-person = Choose an active person of the organisation.
problem-words = Search for at most { $what } words.

refused-just-added = Somebody else has just added the same. Load the page again, and do what is still to be done.
refused-slow = It took too long and was given up. Load the page again and see what was done before you try again.
refused-busy = The service takes in much just now. Wait a while and try again.

refused-roles = Only somebody with the role { $what } may do this. Ask a colleague who has it, or ask your administrator to give it to you.
refused-other-area = This belongs to another service area than yours. Ask the manager of that area.
refused-not-owner = Only the organisation that owns the information can do this.
refused-not-customer = Only the customer can do this.
refused-not-supplier = Only the supplier can do this.
refused-not-party = Only the parties of the agreement can do this: the customer and the supplier.
refused-not-participant = Only organisations that take part can do this.
refused-not-assignee = Only the organisation responsible for the action item can do this.
refused-own-work = You may not do this yourself, because it concerns your own work or your own access. Ask a colleague.
refused-not-chair = Only the chair of the forum may do this.
refused-reading = Only somebody with the role { $what } may read this. Ask your administrator if you need such a role.
refused-access-concerns = Only administrators see whose access should be looked at.

refused-state-submission = The state of the submission is now: { $what }. This is only possible in the state: { $other }. Load the page again and see what holds now.
refused-state-request = The state of the request is now: { $what }. This is only possible in the state: { $other }. Load the page again and see what holds now.
refused-state-acceptance = The state of the risk acceptance is now: { $what }. This is only possible in the state: { $other }. Load the page again and see what holds now.
refused-state-meeting = The state of the meeting is now: { $what }. This is only possible in the state: { $other }. Load the page again and see what holds now.
refused-state-action-item = The state of the action item is now: { $what }. This is only possible in the state: { $other }. Load the page again and see what holds now.

problem-file-name-long = The file name is too long. Shorten it to at most { $what } characters and upload the file again.
problem-file-name-character = The file name has a character that must not be there, such as a slash. Rename the file and upload it again.
problem-file-macros = The file has macros. Save it without them and upload it again.
problem-file-program = The file has a program in it. Upload documents only.
problem-file-content = The file is not of a kind that is taken in. Its content does not fit its extension: open it, save it anew and upload it again.
problem-file-empty = The file is empty. Choose one with content.
problem-file-broken = The file did not arrive whole. Upload it again.
refused-file-large = The file is larger than { $what }, the most that is taken in. Make it smaller, or split it into several files.
refused-file-gone = The file is already removed from the working copy. You need not do anything.

refused-evidence-put-away = The evidence is put away, and can be neither changed nor handed in. Make a new piece with “{ hand-in }”.
refused-handing-in = The evidence is already being handed in under this agreement. Go on with that submission.
refused-not-in-force = The agreement is not in force today, so nothing can be handed in under it. Choose one that is.
refused-not-in-force-asking = The agreement is not in force today, so nothing can be asked for under it. Choose one that is.
refused-of-analysis = The submission is of a risk analysis. Do this on the page of the analysis instead.
problem-remark = Say what to change before it is handed in again.
problem-answer-agreement = Choose a submission under the same agreement as the request.
problem-answer-draft = It is only prepared. Choose “{ do-submitSubmission }” on the page of the submission first, then answer the request.

refused-analysis-waits = The analysis waits for the customer's review and cannot be changed meanwhile. Change it if it is returned, or choose “{ do-reviseRiskAnalysis }” once it is approved.
refused-analysis-waits-opening = The analysis waits for the customer's review. It can be opened for changes once it is approved.
refused-analysis-approved = The analysis is approved. Choose “{ do-reviseRiskAnalysis }” first.
refused-analysis-open = The analysis is already open for changes. Change it, then choose “{ do-submitRiskAnalysis }”.
refused-analysis-empty = The analysis has no open risk. Choose “{ do-addRisk }” before you hand it in.
refused-analysis-not-handed-in = The analysis is not handed in yet. Choose “{ do-submitRiskAnalysis }” first.
refused-analysis-agreement = The agreement has ended, so nothing can be handed in under it. Begin the analysis under an agreement that is in force.
refused-analysis-shared = The organisation takes part in the analysis already. You need not do anything.
refused-risk-closed = The risk is closed. If it exists again, choose “{ do-addRisk }” and describe it anew.
problem-risk-owner = Choose an active person of an organisation that takes part in the analysis.
refused-acceptance-closed = The risk is closed and needs no acceptance.
refused-acceptance-low = The risk needs no acceptance. The score that remains is { $what }; acceptance is needed from { $other }.
refused-acceptance-asked = Acceptance has been asked for already. Wait for the IT manager's decision.

problem-forum-name = Another of your forums has this name. Choose another one.
problem-forum-own = Choose one of your own forums.
problem-forum-topmost = Leave this empty: no forum is above a strategic one.
problem-forum-above = Choose a forum of the level just above: { $what }.
problem-forum-area = Choose a forum about all service areas, or about the same service area as this forum.
problem-forum-step = Choose a forum of the level just above or below. From the level { $what } that is: { $other }.
problem-forum-below = Choose a forum directly below the one that follows the action item.
problem-forum-risk = Choose a risk of an analysis for the customer that holds the forum.
problem-forum-submission = Choose something that is handed in to the customer that holds the forum.
problem-member = Choose your own organisation, or a supplier that has an agreement with you in the forum's service area.
problem-member-person = Choose a person: the chair and the secretary are certain people.
problem-chair = Choose your own organisation: the chair is one of its people.
refused-member-already = This member belongs to the forum already. Remove the member and add it again if the duty is to be another.
refused-another-chair = The forum has a chair already. Remove that member first, then add the new chair.
problem-meeting-ends = The meeting must end after it has begun.
refused-minutes-signed = The minutes are signed and cannot be changed. Take up what needs correcting at the next meeting.
problem-decision-point = Choose a point on the agenda of the same meeting.

problem-item-decision = Choose a decision of the same meeting.
problem-item-meeting = Choose a meeting of this forum, or of one above it.
problem-assignee = Choose an organisation that takes part in the forum which follows the action item.
problem-many-submissions = Choose at most { $what } submissions.
problem-submissions = Choose only evidence that your organisation has handed in to the customer of the action item.
refused-no-forum-above = The action item cannot be escalated, as no forum is above. Take it up at the forum's next meeting.
refused-other-forum = You do not take part in the forum that follows the action item. Ask somebody who does to move it.

problem-not-supplier = The number belongs to a municipality. Give the supplier's organisation number.
problem-agreement-reference = Another agreement has this reference. Check it, or give another one.
problem-organisation-number = Give an organisation number of ten digits, such as 212000-1355.
problem-organisation-number-long = With twelve digits, an organisation number begins with 16. Otherwise it is a personal number.
problem-organisation-number-personal = This looks like a personal number. The third digit of an organisation number is 2 or more.
problem-organisation-number-check = The last digit does not fit the others. Check the number and type it again.

problem-email = Give an e-mail address, such as name@example.se.
problem-email-taken = Another person of the organisation has this address. Change that person, or give another address.
problem-role-municipality = Choose only roles that a municipality has.
problem-role-supplier = Choose only roles that a supplier has.
problem-role-area = Choose a service area for the service-area manager.
problem-role-no-area = Take the service area away: only the role of service-area manager has one.
refused-last-administrator = The organisation must have an administrator. Give somebody else the role Administrator first.
refused-inactive = The person is inactive, so there is no access to confirm.
refused-no-identity = The person has never signed in by your provider, so there is no identity to forget.
refused-session-ended = The session has ended already. You need not do anything.

problem-issuer = Give the issuer exactly as the provider's metadata has it: an https address that can be reached from the internet, without ? and #.
problem-issuer-silent = No provider with this issuer answers at the address followed by /.well-known/openid-configuration. Check that it is exactly the one in the provider's metadata.
problem-required-value = Give both the required claim and the required value, or neither.
problem-role-claim = Give both the claim that gives roles and which values give which role, or neither.
problem-mapping-long = At most { $what } lines.
problem-mapping-administrator = The provider cannot give the role Administrator. Give it to the person under People.
problem-no-domain = Give at least one domain. It is by the domain of their addresses that people are led here to sign in.
problem-domains-long = At most { $what } domains.
problem-domain = Give what stands after the @ in addresses, such as example.se.
problem-provider-gone = Somebody has removed the sign-in while you were typing. Load the page again and set it up anew.
refused-no-key = The service cannot keep secrets yet. Ask those who run it to set identity.key.
problem-no-scope = Choose at least one thing that the program may do.
problem-no-role = Choose at least one role.
problem-program-administrator = A program cannot be an administrator. Choose other roles.
problem-client-taken = Another machine client of the organisation has this id. Revoke that one first.
problem-keys = Give a JWKS with at least one public key that signs: RSA, EC (P-256 or P-384) or Ed25519.
problem-private-keys = There are private keys here, and they are now exposed. Make new keys, and give only the public ones.
refused-token-revoked = It has been revoked already. You need not do anything.
refused-leave-ended = Support's access has ended already. You need not do anything.

refused-many-views = You have saved { $what } views already. Remove one of them first.
