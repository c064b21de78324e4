"""A desk outside of GridCare: people answer in a system the company has already, through one typed seam."""
