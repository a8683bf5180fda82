//! A Compose file, translated and deployed: what has no value is asked for, and everything becomes ready.

use longshore_testkit::Program;

use crate::Stage;

const FILES: &str = "
    //- compose.yaml
    services:
      web:
        image: example.com/web:1
        environment: {DB_HOST: db, DB_PASSWORD: '${PW:?set it}', LOG: info}
        ports: ['8080:8080']
        depends_on: [db]
      db:
        image: example.com/db:1
        environment: ['DB_PASSWORD=${PW:?set it}']
        expose: [5432]
    ";

#[tokio::test(flavor = "multi_thread")]
async fn a_compose_file_is_translated_and_deployed() {
    let mut stage = Stage::new("imported", FILES).await;
    let program = Program::new(env!("CARGO_BIN_EXE_longshore")).unwrap();
    let init = program.args(["init", "shop", "--from", "compose.yaml"]).folder(stage.project.path());
    let init = init.run().unwrap();
    assert_eq!(init.code, Some(0), "{init}");
    // Pods that KWOK plays are taken at their word.
    let text = stage.project.read("longshore.yaml").unwrap();
    stage.project.write("longshore.yaml", &format!("{text}\nwait: {{grace: {{settle: 0s}}}}\n")).unwrap();
    // Compose would not start it without, either.
    let refused = stage.longshore("deploy -e dev");
    assert_eq!(refused.code, Some(1), "{refused}");
    assert!(refused.stderr.contains("the variable `PW` is not set"), "{refused}");
    assert!(stage.everything().await.is_empty(), "{:?}", stage.everything().await);
    stage.environment.push(("PW".to_owned(), "s3cr3t-of-compose".to_owned()));
    let deployed = stage.ok("deploy -e dev");
    assert!(!deployed.stderr.contains("s3cr3t-of-compose"), "{deployed}");
    for name in ["db", "web"] {
        let live = stage.live("apis/apps/v1", "deployments", name).await.unwrap();
        assert_eq!(live["status"]["readyReplicas"], 1, "{live:#}");
        assert!(stage.live("api/v1", "services", name).await.is_some());
    }
    stage.ok("status -e dev");
    stage.ok("destroy -e dev --yes");
}
