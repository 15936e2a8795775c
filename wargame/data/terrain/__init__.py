"""A seeded painter of land-cover tiles as an optical satellite would see them."""
