// Package inorder makes what client-go's caches list repeatable: they walk Go maps, so that a program which acts in that
// order differs from run to run. The program itself stays as it is; only the informers that it is given change.
package inorder
