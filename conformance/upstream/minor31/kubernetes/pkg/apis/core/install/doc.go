// Package install stands in for the package that registers the API server's internal types, which no controller of Jobs
// uses.
package install
