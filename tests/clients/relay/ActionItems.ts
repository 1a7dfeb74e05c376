// What a page of a Relay client asks: a list that grows by pages, a fragment that is fetched again, a
// mutation whose answer updates the store, and a subscription. Read by relay-compiler only.
import { graphql } from "relay-runtime";

graphql`
  query ActionItemsQuery($count: Int!, $cursor: String, $forum: ID) {
    viewer { name organisation { id name } }
    ...ActionItems_list @arguments(count: $count, cursor: $cursor, forum: $forum)
  }
`;

graphql`
  fragment ActionItems_list on Query
  @refetchable(queryName: "ActionItemsPageQuery")
  @argumentDefinitions(count: { type: "Int!" }, cursor: { type: "String" }, forum: { type: "ID" }) {
    actionItems(first: $count, after: $cursor, filter: { open: true, forumId: $forum })
      @connection(key: "ActionItems_actionItems") {
      totalCount
      edges { node { id ...ActionItems_row } }
    }
  }
`;

graphql`
  fragment ActionItems_row on ActionItem
  @refetchable(queryName: "ActionItemsRowQuery")
  @argumentDefinitions(count: { type: "Int", defaultValue: 5 }, cursor: { type: "String" }) {
    title
    dueOn
    overdue
    version
    assigneeOrganisation { name }
    comments(first: $count, after: $cursor) @connection(key: "ActionItems_comments") { edges { node { id body } } }
  }
`;

graphql`
  mutation ActionItemsStartMutation($input: StartActionItemInput!) {
    startActionItem(input: $input) { id state version ...ActionItems_row }
  }
`;

graphql`
  mutation ActionItemsCommentMutation($input: CommentOnActionItemInput!, $connections: [ID!]!) {
    commentOnActionItem(input: $input) @appendNode(connections: $connections, edgeTypeName: "CommentEdge") { id body }
  }
`;

graphql`
  subscription ActionItemsEventsSubscription($after: Long) {
    events(after: $after) {
      position
      event { id action subject { __typename id ... on ActionItem { ...ActionItems_row @alias(as: "row") } } }
    }
  }
`;
