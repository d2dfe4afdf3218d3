"""anqi (按期): credit by instalments that people can trust."""
