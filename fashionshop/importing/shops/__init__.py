"""What shop systems export, one module each: from their columns to the fields of this shop."""
