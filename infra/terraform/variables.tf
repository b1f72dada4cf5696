variable "customer" {
  description = "Name of the deployment. The names of the table and the functions begin with scimstack-<customer>."
  type        = string
  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,23}$", var.customer))
    error_message = "Use at most 24 lower-case letters, digits and hyphens, and begin with a letter."
  }
}

variable "zips" {
  description = "Folder with a zip for each function: build/arm64 after `make build`."
  type        = string
}

variable "architecture" {
  description = "Of the zips: arm64 or x86_64."
  type        = string
  default     = "arm64"
}

variable "public_base" {
  description = "Base URL without the tenant, such as https://scim.example.com/scim/v2. Empty: the host name of the gateway."
  type        = string
  default     = ""
}

variable "log_level" {
  description = "debug, info, warn or error."
  type        = string
  default     = "info"
}

variable "log_retention_days" {
  description = "How long CloudWatch Logs keeps the logs."
  type        = number
  default     = 30
}

variable "activity" {
  description = "What the provisioning log keeps: all, changes or off."
  type        = string
  default     = "all"
}

variable "activity_days" {
  description = "How long the table keeps a record of the provisioning log."
  type        = number
  default     = 30
}

variable "feed_days" {
  description = "How long the table keeps an entry of the feed of changes; 0 keeps no feed."
  type        = number
  default     = 30
}

variable "point_in_time_recovery" {
  description = "Point-in-time recovery (PITR) of the table."
  type        = bool
  default     = true
}

variable "deletion_protection" {
  description = "Protects the table against deletion. Terraform destroys a table without it, with all data."
  type        = bool
  default     = true
}

variable "throttle" {
  description = "The gateway's limit for all tenants together, in requests per second."
  type        = object({ rate = number, burst = number })
  default     = { rate = 1000, burst = 2000 }
}

variable "tags" {
  description = "Tags of all resources."
  type        = map(string)
  default     = {}
}
