/* Labels merged into XMP packets and sidecars. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "sim/sidecar.h"
#include "sim/xmp.h"
#include "support/scratch.h"

#define HEAD                                                                                       \
    "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\">\n"                                                     \
    " <rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\n"
#define TAIL " </rdf:RDF>\n</x:xmpmeta>\n"
#define DC "http://purl.org/dc/elements/1.1/"

static const char *const two[] = {"cat", "R&D <x>"};

static void expect(const char *xmp, const char *const *labels, size_t count, const char *result)
{
    struct img_buf out = {0};
    struct img_err err = {0};
    size_t added;
    if (!img_xmp_merge(xmp, strlen(xmp), labels, count, &out, &added, &err))
        fail_msg("%s\n%s", err.text, xmp);
    assert_string_equal(out.data, result);
    struct img_buf again = {0};
    assert_true(img_xmp_merge(out.data, out.len, labels, count, &again, &added, &err));
    assert_int_equal(added, 0);
    assert_string_equal(again.data, out.data);
    img_buf_clear(&out);
    img_buf_clear(&again);
}

static void refused(const char *xmp, const char *says)
{
    struct img_buf out = {0};
    struct img_err err = {0};
    size_t added;
    if (img_xmp_merge(xmp, strlen(xmp), two, 2, &out, &added, &err))
        fail_msg("merged: %s", xmp);
    assert_int_equal(err.code, IMG_ERR_BAD_RECORD);
    assert_int_equal(out.len, 0);
    if (!strstr(err.text, says))
        fail_msg("%s: %s", xmp, err.text);
    img_buf_clear(&out);
}

static void an_array_is_extended(void **state)
{
    (void)state;
    expect(HEAD "  <rdf:Description rdf:about='' xmlns:dc='" DC "' a:b = \"1\" xmlns:a='urn:a' >\n"
                "   <dc:subject>\n    <rdf:Bag>\n     <rdf:li>dog</rdf:li>\n"
                "     <rdf:li><![CDATA[R&D]]> &lt;x&#62;</rdf:li>\n    </rdf:Bag>\n   </dc:subject>\n"
                "  </rdf:Description>\n" TAIL,
           two, 2,
           HEAD "  <rdf:Description rdf:about='' xmlns:dc='" DC "' a:b = \"1\" xmlns:a='urn:a' >\n"
                "   <dc:subject>\n    <rdf:Bag>\n     <rdf:li>dog</rdf:li>\n"
                "     <rdf:li><![CDATA[R&D]]> &lt;x&#62;</rdf:li>\n     <rdf:li>cat</rdf:li>\n"
                "    </rdf:Bag>\n   </dc:subject>\n  </rdf:Description>\n" TAIL);
    /* Other prefixes, no line breaks, an empty array, a sequence. */
    expect("<r:RDF xmlns:r='http://www.w3.org/1999/02/22-rdf-syntax-ns#'><r:Description>"
           "<s xmlns='" DC "'/><subject xmlns='" DC "'><r:Seq/></subject></r:Description></r:RDF>",
           two, 2,
           "<r:RDF xmlns:r='http://www.w3.org/1999/02/22-rdf-syntax-ns#'><r:Description>"
           "<s xmlns='" DC "'/><subject xmlns='" DC "'><r:Seq><r:li>cat</r:li>"
           "<r:li>R&amp;D &lt;x&gt;</r:li></r:Seq></subject></r:Description></r:RDF>");
    expect(HEAD "<rdf:Description xmlns:d='" DC "'><d:subject/></rdf:Description>" TAIL, two, 1,
           HEAD "<rdf:Description xmlns:d='" DC "'><d:subject><rdf:Bag><rdf:li>cat</rdf:li>"
                "</rdf:Bag></d:subject></rdf:Description>" TAIL);
}

static void an_array_is_made(void **state)
{
    static const char *const twice[] = {"cat", "cat"};
    (void)state;
    expect(HEAD "  <rdf:Description rdf:about=\"\" xmlns:xmp=\"http://ns.adobe.com/xap/1.0/\""
                " xmp:Rating=\"5\"/>\n" TAIL,
           twice, 2,
           HEAD "  <rdf:Description rdf:about=\"\" xmlns:xmp=\"http://ns.adobe.com/xap/1.0/\""
                " xmp:Rating=\"5\">\n"
                "   <dc:subject xmlns:dc=\"" DC "\">\n    <rdf:Bag>\n     <rdf:li>cat</rdf:li>\n"
                "    </rdf:Bag>\n   </dc:subject>\n  </rdf:Description>\n" TAIL);
    expect(HEAD TAIL, two, 1,
           HEAD "  <rdf:Description rdf:about=\"\">\n   <dc:subject xmlns:dc=\"" DC "\">\n"
                "    <rdf:Bag>\n     <rdf:li>cat</rdf:li>\n    </rdf:Bag>\n   </dc:subject>\n"
                "  </rdf:Description>\n" TAIL);
    /* dc is something else here; another description has no say. */
    expect(HEAD "<rdf:Description xmlns:dc='urn:other' dc:subject='x'><dc:subject>y</dc:subject>\r\n"
                "</rdf:Description><rdf:Description/>" TAIL,
           two, 1,
           HEAD "<rdf:Description xmlns:dc='urn:other' dc:subject='x'><dc:subject>y</dc:subject>"
                "\n <dc:subject xmlns:dc=\"" DC "\">\n  <rdf:Bag>\n   <rdf:li>cat</rdf:li>\n"
                "  </rdf:Bag>\n </dc:subject>\r\n</rdf:Description><rdf:Description/>" TAIL);
}

static void what_is_no_xmp_is_refused(void **state)
{
    (void)state;
    refused("", "nothing");
    refused("<a/>", "rdf:RDF");
    refused("<a></b>", "line 1");
    refused("<a>\n<b></a>", "line 2");
    refused("<a/><b/>", "second root");
    refused("<a/>text", "outside");
    refused("<a b='1' b='2'/>", "twice");
    refused("<a b='<'/>", "damaged");
    refused("<a b=1/>", "damaged");
    refused("<a b='1'c='2'/>", "damaged");
    refused("<a", "damaged");
    refused("<a>&nbsp;</a>", "reference");
    refused("<a>&#0;</a>", "reference");
    refused("<a>]]></a>", "]]>");
    refused("<a:b/>", "prefix");
    refused("<!DOCTYPE a [<!ENTITY x 'y'>]><a/>", "document type");
    refused("<a><!-- -- --></a>", "comment");
    refused("<?xml version='1.0' encoding='UTF-16'?><a/>", "encoding");
    refused("<a>\x01</a>", "UTF-8");
    refused("<a>\xff</a>", "UTF-8");
    refused("<a><![CDATA[</a>", "CDATA");
    refused("<a xmlns:x=''/>", "prefix");
    refused(HEAD "<rdf:Description xmlns:dc='" DC "' dc:subject='x'/>" TAIL, "no list");
    refused(HEAD "<rdf:Description xmlns:dc='" DC "'><dc:subject>x</dc:subject></rdf:Description>"
                 TAIL, "no list");
    refused(HEAD "<rdf:Description xmlns:dc='" DC "'><dc:subject><dc:li/></dc:subject>"
                 "</rdf:Description>" TAIL, "no list");
    /* A prefix that means something else where labels would go. */
    refused("<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>"
            "<q:Description xmlns:q='http://www.w3.org/1999/02/22-rdf-syntax-ns#' "
            "xmlns:rdf='urn:other'/></rdf:RDF>", "");
    struct img_buf deep = {0};
    for (int i = 0; i < 100; i++)
        img_buf_puts(&deep, "<a>");
    refused(deep.data, "deeply");
    img_buf_clear(&deep);
}

static void labels_that_xml_cannot_hold(void **state)
{
    static const char *const bad[] = {"", "a\x01", "\xff"};
    struct img_buf out = {0};
    struct img_err err;
    size_t added;
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        assert_false(img_xmp_merge(HEAD TAIL, strlen(HEAD TAIL), &bad[i], 1, &out, &added, &err));
        assert_int_equal(err.code, IMG_ERR_BAD_TEXT);
    }
    img_buf_clear(&out);
}

static void put_file(const char *path, const char *text, mode_t mode)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    struct img_err err;
    assert_true(fd >= 0);
    assert_true(img_write_all(fd, text, strlen(text), &err));
    assert_int_equal(fchmod(fd, mode), 0);
    close(fd);
}

static void sidecars(void **state)
{
    char picture[4096], path[4200];
    struct img_buf text = {0};
    struct img_err err;
    struct stat before, after;
    size_t added;
    (void)state;
    scratch_open();
    snprintf(picture, sizeof picture, "%s", scratch_path("photo.jpg"));
    snprintf(path, sizeof path, "%s.xmp", picture);
    assert_false(img_sidecar_add(picture, IMG_SIDECAR_APPENDED, two, 2, &added, &err));
    assert_int_equal(err.code, IMG_ERR_NOT_FOUND);
    put_file(picture, "picture", 0444);
    assert_true(img_sidecar_add(picture, IMG_SIDECAR_APPENDED, two, 2, &added, &err));
    assert_int_equal(added, 2);
    assert_int_equal(chmod(path, 0640), 0);
    assert_int_equal(stat(path, &before), 0);
    assert_true(img_sidecar_add(picture, IMG_SIDECAR_APPENDED, two, 2, &added, &err));
    assert_int_equal(added, 0);
    assert_int_equal(stat(path, &after), 0);
    assert_int_equal(before.st_ino, after.st_ino);
    static const char *const third[] = {"third"};
    assert_true(img_sidecar_add(picture, IMG_SIDECAR_APPENDED, third, 1, &added, &err));
    assert_int_equal(stat(path, &after), 0);
    assert_int_equal(after.st_mode & 07777, 0640);
    assert_true(img_file_read(path, 1 << 20, &text, &err));
    assert_non_null(strstr(text.data, "<rdf:li>R&amp;D &lt;x&gt;</rdf:li>\n     <rdf:li>third"));
    /* What cannot be read stays what it is. */
    put_file(path, "<broken", 0600);
    assert_false(img_sidecar_add(picture, IMG_SIDECAR_APPENDED, two, 2, &added, &err));
    assert_non_null(strstr(err.text, "photo.jpg.xmp: not well-formed"));
    img_buf_reset(&text);
    assert_true(img_file_read(path, 1 << 20, &text, &err));
    assert_string_equal(text.data, "<broken");
    /* A link leads elsewhere. */
    assert_int_equal(unlink(path), 0);
    assert_int_equal(symlink("/nonexistent/target", path), 0);
    assert_false(img_sidecar_add(picture, IMG_SIDECAR_APPENDED, two, 2, &added, &err));
    assert_non_null(strstr(err.text, "symbolic link"));
    assert_true(img_sidecar_add(picture, IMG_SIDECAR_REPLACED, two, 2, &added, &err));
    assert_int_equal(stat(scratch_path("photo.xmp"), &after), 0);
    img_buf_clear(&text);
    scratch_close();
}

static void names_of_sidecars(void **state)
{
    static const struct {
        const char *picture, *appended, *replaced;
    } names[] = {
        {"a/b.jpg", "a/b.jpg.xmp", "a/b.xmp"},
        {"a.b/c", "a.b/c.xmp", "a.b/c.xmp"},
        {".hidden", ".hidden.xmp", ".hidden.xmp"},
        {"x.tar.gz", "x.tar.gz.xmp", "x.tar.xmp"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct img_buf a = {0}, b = {0};
        img_sidecar_put_path(&a, names[i].picture, IMG_SIDECAR_APPENDED);
        img_sidecar_put_path(&b, names[i].picture, IMG_SIDECAR_REPLACED);
        assert_string_equal(a.data, names[i].appended);
        assert_string_equal(b.data, names[i].replaced);
        img_buf_clear(&a);
        img_buf_clear(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_array_is_extended),
        cmocka_unit_test(an_array_is_made),
        cmocka_unit_test(what_is_no_xmp_is_refused),
        cmocka_unit_test(labels_that_xml_cannot_hold),
        cmocka_unit_test(sidecars),
        cmocka_unit_test(names_of_sidecars),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
