title-search = Search
