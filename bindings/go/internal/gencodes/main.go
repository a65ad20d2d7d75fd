// Command gencodes writes the Go constants of the finding codes and limits from the C header, which
// is made from the library's own tables.
package main

import (
	"bufio"
	"bytes"
	"flag"
	"fmt"
	"go/format"
	"log"
	"os"
	"regexp"
	"strings"
)

var define = regexp.MustCompile(`^#define CRATETRUST_(CODE|LIMIT)_\w+ "([a-z0-9-]+)"$`)

// Words that Go names spell in capitals.
var initialisms = map[string]string{
	"crc": "CRC", "eof": "EOF", "fifo": "FIFO", "gz": "GZ", "isize": "ISIZE", "nul": "NUL",
	"purl": "PURL", "sbom": "SBOM", "utf8": "UTF8", "id": "ID", "url": "URL",
}

func main() {
	log.SetFlags(0)
	header := flag.String("header", "", "the C header")
	out := flag.String("o", "", "the Go file to write")
	flag.Parse()
	source, err := generate(*header)
	if err != nil {
		log.Fatal("gencodes: ", err)
	}
	if err := os.WriteFile(*out, source, 0o666); err != nil {
		log.Fatal("gencodes: ", err)
	}
}

func generate(header string) ([]byte, error) {
	text, err := os.ReadFile(header)
	if err != nil {
		return nil, err
	}
	sections := map[string]*bytes.Buffer{"CODE": {}, "LIMIT": {}}
	var doc []string
	lines := bufio.NewScanner(bytes.NewReader(text))
	for lines.Scan() {
		line := lines.Text()
		if line == "/**" {
			doc = nil
		} else if comment, ok := strings.CutPrefix(line, " * "); ok {
			doc = append(doc, comment)
		} else if m := define.FindStringSubmatch(line); m != nil {
			kind, name := m[1], m[2]
			constant := goName(name)
			comment, typed := "", ""
			if kind == "CODE" {
				constant, typed = "Code"+constant, " Code"
				comment = strings.Join(doc, " ")
				comment = strings.TrimPrefix(comment, "Finding code of ")
				comment = constant + " is of " + strings.ReplaceAll(comment, "`", "")
			} else {
				constant = "Limit" + constant
				_, value, _ := strings.Cut(strings.Join(doc, " "), ", ")
				comment = constant + " is " + value
			}
			fmt.Fprintf(sections[kind], "\t// %s\n\t%s%s = %q\n", comment, constant, typed, name)
		}
	}
	if err := lines.Err(); err != nil {
		return nil, err
	}
	for kind, section := range sections {
		if section.Len() == 0 {
			return nil, fmt.Errorf("%s has no CRATETRUST_%s_ macros", header, kind)
		}
	}
	var file bytes.Buffer
	fmt.Fprintf(&file, "// Code generated from cratetrust.h by gencodes. DO NOT EDIT.\n\npackage cratetrust\n\n")
	fmt.Fprintf(&file, "// What findings are about.\nconst (\n%s)\n\n", sections["CODE"])
	fmt.Fprintf(&file, "// The names of limits, for [WithLimit] and [Limit].\nconst (\n%s)\n", sections["LIMIT"])
	return format.Source(file.Bytes())
}

func goName(kebab string) string {
	var name strings.Builder
	for _, word := range strings.Split(kebab, "-") {
		if initialism, ok := initialisms[word]; ok {
			name.WriteString(initialism)
		} else {
			name.WriteString(strings.ToUpper(word[:1]) + word[1:])
		}
	}
	return name.String()
}
