title-search = Sök
search-lead = Skriv ord som kan stå i en rubrik eller en text. Böjningsformer hittas också.
search-none = Inget av det du får se handlar om det.
search-found = { $n ->
    [one] En träff
   *[other] { $n } träffar
}
