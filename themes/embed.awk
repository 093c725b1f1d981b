# Turns text files (themes, presets) into entries of a C array: { "NAME", "LINE\n" ... },
# NAME is the file's name without its folder and what stands behind the first dot.
FNR == 1 {
	if (NR > 1)
		print "},"
	name = FILENAME
	sub(/.*\//, "", name)
	sub(/\..*/, "", name)
	printf "{ \"%s\",", name
}
{
	gsub(/\\/, "\\\\")
	gsub(/"/, "\\\"")
	printf "\n\t\"%s\\n\"", $0
}
END {
	print "},"
}
