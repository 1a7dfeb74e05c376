title-search = Search
search-lead = Type words that may stand in a title or a text. Other forms of a word are found, too.
search-none = Nothing that you may see speaks of that.
search-found = { $n ->
    [one] One hit
   *[other] { $n } hits
}
