title-search = Sök
