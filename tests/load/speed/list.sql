-- The same list as Samsyn's operation of that name, for pgbench: the claims of the actor, so that row-level security
-- judges, and one prepared statement that returns the answer as JSON, sent together. Less is not possible.
\set n random(1, :count)
\startpipeline
BEGIN;
SELECT set_config('samsyn.organisation', :organisation, true), set_config('samsyn.person', :person, true),
    set_config('samsyn.kind', 'MUNICIPALITY', true), set_config('samsyn.areas', '*', true),
    set_config('samsyn.topics', 'DIRECTORY,EVIDENCE,RISK,FORUM,ACTION_ITEM', true);
SELECT json_build_object('nodes', coalesce(json_agg(json_build_object(
    'id', i.id, 'title', i.title, 'state', i.state, 'priority', i.priority, 'dueOn', i.due_on,
    'assignee', CASE WHEN p.id IS NOT NULL THEN json_build_object('name', p.name) END,
    'customer', json_build_object('name', c.name), 'forum', json_build_object('name', f.name)) ORDER BY i.due_on, i.id), '[]'))
FROM (SELECT * FROM action_item WHERE forum_id = (:forums::uuid[])[:n] ORDER BY due_on, id LIMIT 51) i
LEFT JOIN person p ON p.id = i.assignee_id
LEFT JOIN organisation c ON c.id = i.customer_id
LEFT JOIN forum f ON f.id = i.forum_id;
COMMIT;
\endpipeline
