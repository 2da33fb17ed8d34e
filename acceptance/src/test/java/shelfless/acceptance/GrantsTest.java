package shelfless.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** That the comparison of policies and calls fails where it should: on copies of the template. */
final class GrantsTest {
  private static final Path TEMPLATE = ShopProcess.project().resolve("template.yaml");

  /** This and the next are all that DeleteAsset does. */
  private static final AwsCall CONNECT =
      AwsCall.parse(
          """
          {"function": "DeleteAsset", "service": "rds-db", "operation": "connect", "on": {"User": "app"}}
          """);

  private static final AwsCall ABANDON =
      AwsCall.parse(
          """
          {"function": "DeleteAsset", "service": "s3", "operation": "AbortMultipartUpload",
           "on": {"Bucket": "shelfless-assetbucket", "Key": "products/1/2/a.zip"}}
          """);

  private static final AwsCall SEND =
      AwsCall.parse(
          """
          {"function": "SendMail", "service": "sesv2", "operation": "SendEmail",
           "on": {"FromEmailAddress": "\\"Shop\\" <shop@shelfless.example>"}}
          """);

  @TempDir Path folder;

  private Grants altered(String from, String to) throws IOException {
    String text = Files.readString(TEMPLATE);
    String altered = text.replace(from, to);
    assertNotEquals(text, altered, "template.yaml has no " + from);
    return Grants.of(Files.writeString(folder.resolve("template.yaml"), altered));
  }

  /** What DeleteAsset may do and does not. */
  private static SortedSet<String> unused(Grants grants) {
    SortedSet<String> unused = grants.unused(List.of(ABANDON, CONNECT));
    unused.removeIf(each -> !each.startsWith("DeleteAsset "));
    return unused;
  }

  @Test
  void asItIs_theCallIsGrantedAndTheGrantIsUsed() {
    Grants grants = Grants.of(TEMPLATE);
    assertEquals(Set.of(), grants.missing(List.of(ABANDON, CONNECT, SEND)));
    assertEquals(Set.of(), unused(grants));
  }

  @Test
  void aGrantThatIsTakenAway_isMissed() throws IOException {
    assertEquals(
        Set.of(
            "DeleteAsset may not s3:AbortMultipartUpload arn:aws:s3:::assetbucket/products/1/2/a.zip"),
        altered("Action: s3:AbortMultipartUpload", "Action: s3:ListMultipartUploadParts")
            .missing(List.of(ABANDON)));
  }

  @Test
  void aGrantThatNobodyUses_isTold() throws IOException {
    assertEquals(
        Set.of("DeleteAsset does not s3:DeleteObject arn:aws:s3:::assetbucket/products/*"),
        unused(
            altered(
                "Action: s3:AbortMultipartUpload",
                "Action: [s3:AbortMultipartUpload, s3:DeleteObject]")));
  }

  @Test
  void aGrantOnSomethingElse_isBothUnusedAndNotEnough() throws IOException {
    Grants elsewhere = altered("${AssetBucket.Arn}/products/*", "${AssetBucket.Arn}/drafts/*");
    assertEquals(1, elsewhere.missing(List.of(ABANDON)).size());
    assertEquals(1, unused(elsewhere).size());
  }

  @Test
  void aConditionThatDoesNotHold_isNoGrant() throws IOException {
    assertEquals(
        1,
        altered("ses:FromAddress: !Ref MailFrom", "ses:FromAddress: other@shelfless.example")
            .missing(List.of(SEND))
            .size());
  }

  @Test
  void toBeToldThatAnObjectIsNotThere_takesAGrantToList() {
    AwsCall read =
        AwsCall.parse(
            """
            {"function": "DeleteAsset", "service": "s3", "operation": "GetObject", "status": 404,
             "on": {"Bucket": "shelfless-assetbucket", "Key": "products/1/2/a.zip"}}
            """);
    assertEquals(2, Grants.of(TEMPLATE).missing(List.of(read)).size());
  }
}
